import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import { carriers } from '../support/token-formats.ts';
import type { VideojsOptions } from '../support/videojs-player.ts';
import { openVideojs } from '../support/videojs-player.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: 5 } });
});
afterAll(() => stage.dispose());

const path = 'vod/fmp4/master.m3u8';
const fine = { error: null, events: [], pageErrors: [] };

test.concurrent.each<[(typeof carriers)[number], VideojsOptions['version']]>([
  ...carriers.map((carrier): [typeof carrier, '8.24'] => [carrier, '8.24']),
  ['exact', '8.17'],
  ['exact', 'core'],
])('plays to the end with tokens of five seconds: %s, Video.js %s', async (carrier, version) => {
  const player = await openVideojs(stage, carrier, { path, form: 'plugins', version: version! });
  await player.play(2);
  expect(await player.until(({ ended }) => ended)).toMatchObject({ ...fine, src: stage.url(carrier, path) });
  await player.close();
});

test.concurrent.each(['exact', 'query'] as const)('a live stream goes by, and back: %s', async (carrier) => {
  const player = await openVideojs(stage, carrier, { path: 'live/master.m3u8' });
  await player.play();
  const { currentTime: started } = await player.snapshot();
  const seen = await player.until(({ currentTime }) => currentTime > started + 12);
  expect(seen).toMatchObject({ ...fine, paused: false, parts: 1 });
  const start = await player.page.evaluate(() => {
    const at = (window.players[0]!.seekable() as TimeRanges).start(0) + 1;
    window.players[0]!.currentTime(at);
    return at;
  });
  await player.until(({ currentTime, readyState }) => readyState > 2 && currentTime > start + 1);
  expect(await player.snapshot()).toMatchObject(fine);
  await player.close();
});

test('no request was refused', async () => {
  expect(await stage.refusals()).toEqual([]);
});
