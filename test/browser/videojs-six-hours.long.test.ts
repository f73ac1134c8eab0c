import { test } from 'vitest';
import { createStage } from '../support/stage.ts';
import { openVideojs } from '../support/videojs-player.ts';

/**
 * Seconds that a token lives. A token of ten minutes is renewed between 60 and 240 s before its end: after 360 to 540
 * s.
 */
const TTL = 600;
/**
 * Seconds between two jumps. However a viewer's jitter turns out, a token is due at its second jump, not at the first,
 * and never dead.
 */
const JUMP = 270;
const JUMPS = (6 * 3600) / JUMP;

test(
  'six hours of a live stream: a renewal every nine minutes, none besides, and nothing is refused',
  { tags: ['nginx', 'libfaketime'] },
  async (context) => {
    const { expect } = context;
    const stage = await createStage({ signer: { ttl: TTL }, movableClock: true });
    context.onTestFinished(() => stage.dispose());
    const player = await openVideojs(stage, 'query', { path: 'live/master.m3u8', clock: true });
    await player.play();
    for (let jump = 1; jump <= JUMPS; jump++) {
      await stage.moveClock(jump * JUMP);
      const { currentTime: before } = await player.snapshot();
      await player.page.clock.fastForward(JUMP * 1000);
      // the clocks must not jump again while a token is on its way: it would be one of the future
      await player.until(
        ({ tokens, currentTime }) => tokens.length > Math.floor(jump / 2) && currentTime > before + 0.5,
      );
    }
    const seen = await player.snapshot();
    expect(seen).toMatchObject({ error: null, events: [], pageErrors: [], paused: false });
    const reasons = ['initial', ...Array.from({ length: JUMPS / 2 }, () => 'expiring')];
    // a jump ages a request under way until VHS gives it up: that is no refusal, which the edge would count below
    expect(seen.tokens.flatMap(({ type, reason }) => (type === 'tokenrefused' ? [] : `${type} ${reason}`))).toEqual(
      reasons.map((reason) => `tokenrenewed ${reason}`),
    );
    expect(stage.signer.calls.map(({ reason, status }) => `${status} ${reason}`)).toEqual(
      reasons.map((reason) => `200 ${reason}`),
    );
    expect(await stage.refusals()).toEqual([]);
    expect(stage.edge.requests.filter(({ status }) => status >= 400)).toEqual([]);
  },
);
