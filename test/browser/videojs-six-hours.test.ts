import { expect, test } from 'vitest';
import { hasFaketime } from '../support/nginx.ts';
import { createStage } from '../support/stage.ts';
import { openVideojs } from '../support/videojs-player.ts';

const JUMP = 600;

test('six hours of a live stream with tokens of fifteen minutes', async () => {
  const stage = await createStage({ signer: { ttl: 900 }, movableClock: true, nginx: hasFaketime });
  const player = await openVideojs(stage, 'query', { path: 'live/master.m3u8', clock: true });
  await player.play();
  for (let jump = 1; jump <= 36; jump++) {
    await stage.moveClock(jump * JUMP);
    await player.page.clock.fastForward(JUMP * 1000);
    // tokens that were fetched by timers arrive, and the stream goes on
    await player.page.waitForTimeout(1100);
  }
  const seen = await player.snapshot();
  expect(seen).toMatchObject({ error: null, pageErrors: [], paused: false });
  expect(seen.currentTime).toBeGreaterThan(30);
  // a token of fifteen minutes is dead at every other jump of ten
  expect(seen.tokens.filter(({ type }) => type === 'tokenrenewed').length).toBeGreaterThanOrEqual(18);
  console.log(`six hours: ${stage.edge.refusals().length} refusals, ${seen.stalls.length} stalls, ${JSON.stringify(seen.events)}, ${seen.tokens.length} token events, ${Math.round(seen.currentTime)} s of media`);
  // a request that is under way while ten minutes pass at once may be given up by VHS, tokens or not
  expect(seen.events.filter((event) => event !== 'excludeplaylist')).toEqual([]);
  await stage.dispose();
});
