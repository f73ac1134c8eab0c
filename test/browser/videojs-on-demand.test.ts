import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import { carriers } from '../support/token-formats.ts';
import { openVideojs } from '../support/videojs-player.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: 5 } });
});
afterAll(() => stage.dispose());

test.concurrent.each(carriers)('plays to the end with tokens of five seconds: %s', async (carrier) => {
  const player = await openVideojs(stage, carrier, { path: 'vod/fmp4/master.m3u8', form: 'plugins' });
  await player.play(2);
  const seen = await player.until(({ ended }) => ended);
  expect(seen.error).toBeNull();
  expect(seen.events).toEqual([]);
  expect(seen.pageErrors).toEqual([]);
  await player.close();
});

test('no request was refused', async () => {
  expect(await stage.refusals()).toEqual([]);
});
