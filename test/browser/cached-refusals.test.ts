import type { TestContext } from 'vitest';
import { test } from 'vitest';
import { hasFaketime, hasNginx } from '../support/nginx.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';
import { openVideojs } from '../support/videojs-player.ts';

const carriers: Carrier[] = ['query', 'header', 'cookie'];
const path = 'live/master.m3u8';

/** nginx lets the browser keep its 410. Every token has died when the clock jumps, and no player knows. */
async function stageFor({ onTestFinished }: TestContext): Promise<Stage> {
  const stage = await createStage({ signer: { ttl: 60 }, movableClock: true });
  onTestFinished(() => stage.dispose());
  return stage;
}

const refusedBy = async (stage: Stage): Promise<number> => (await stage.refusals()).filter(({ status }) => status === 410).length;

test.runIf(hasNginx && hasFaketime).for(carriers)('hls.js: a 410 that the browser keeps is replayed all the same: %s', async (carrier, context) => {
  const { expect } = context;
  const stage = await stageFor(context);
  const player = await stage.open(carrier, path);
  await player.play();
  await player.until(({ currentTime }) => currentTime > 1);
  await stage.moveClock(120);
  const { currentTime } = await player.until(({ tokens }) => tokens.some(({ type }) => type === 'tokenrefused'));
  const seen = await player.until((now) => now.currentTime > currentTime + 8);
  expect(seen).toMatchObject({ faults: [], starved: [], rejections: [] });
  expect(seen.tokens.filter(({ type }) => type === 'tokenerror')).toEqual([]);
  expect(await refusedBy(stage)).toBeGreaterThan(0);
});

test.runIf(hasNginx && hasFaketime).for(carriers)('Video.js: a 410 that the browser keeps is replayed all the same: %s', async (carrier, context) => {
  const { expect } = context;
  const stage = await stageFor(context);
  const player = await openVideojs(stage, carrier, { path });
  await player.play();
  await player.until(({ currentTime }) => currentTime > 1);
  await stage.moveClock(120);
  const { currentTime } = await player.until(({ tokens }) => tokens.some(({ type }) => type === 'tokenrefused'));
  const seen = await player.until((now) => now.currentTime > currentTime + 8);
  expect(seen).toMatchObject({ error: null, events: [], pageErrors: [] });
  expect(seen.tokens.filter(({ type }) => type === 'tokenerror')).toEqual([]);
  expect(await refusedBy(stage)).toBeGreaterThan(0);
});
