import { afterAll, beforeAll, expect, test } from 'vitest';
import { hasNginx } from '../support/nginx.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import { carriers } from '../support/token-formats.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: 5 } });
});
afterAll(() => stage.dispose());

test.each(carriers)('plays to the end with tokens of five seconds: %s', async (carrier) => {
  const player = await stage.open(carrier, 'vod/fmp4/master.m3u8', { config: { maxBufferLength: 4, maxMaxBufferLength: 4 } });
  await player.play(4);
  const seen = await player.until(({ ended }) => ended);
  expect(seen.errors).toEqual([]);
  expect(stage.edge.refusals()).toEqual([]);
  await player.close();
});

test.skipIf(!hasNginx)('nginx has refused none of these requests', async () => {
  expect((await stage.nginx!.log()).filter(({ status }) => status >= 400)).toEqual([]);
});
