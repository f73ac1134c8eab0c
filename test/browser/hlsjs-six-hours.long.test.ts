import type { TestContext } from 'vitest';
import { test, vi } from 'vitest';
import type { Player } from '../support/player.ts';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';

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
const HOUR = 3600;

// a jump ages the requests under way, which no network does: they must not time out for it
const day = { maxTimeToFirstByteMs: 86_400_000, maxLoadTimeMs: 86_400_000, timeoutRetry: null, errorRetry: null };
const config = Object.fromEntries(
  ['manifestLoadPolicy', 'playlistLoadPolicy', 'fragLoadPolicy'].map((name) => [name, { default: day }]),
);

async function open({ onTestFinished }: TestContext, path: string): Promise<{ stage: Stage; player: Player }> {
  const stage = await createStage({ movableClock: true, signer: { ttl: TTL } });
  onTestFinished(() => stage.dispose());
  const player = await stage.open('query', path, { clock: true, config });
  await player.play();
  return { stage, player };
}

/** Bytes of the page's heap that something still holds. */
async function heapOf({ page }: Player): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

const spotless = { faults: [], rejections: [], pageErrors: [], mediaError: undefined, paused: false };

test(
  'six hours of a live stream: a renewal every nine minutes, none besides, and nothing else happens',
  { tags: ['nginx', 'libfaketime'] },
  async (context) => {
    const { expect } = context;
    const { stage, player } = await open(context, 'live/master.m3u8');
    const jumps = (6 * HOUR) / JUMP;
    const heaps: number[] = [];
    for (let jump = 1; jump <= jumps; jump++) {
      await stage.moveClock(jump * JUMP);
      const { currentTime: before } = await player.snapshot();
      await player.page.clock.fastForward(JUMP * 1000);
      // the clocks must not jump again while a token is on its way: it would be one of the future
      await player.until(
        ({ tokens, currentTime }) => tokens.length > Math.floor(jump / 2) && currentTime > before + 0.5,
      );
      if (jump % 10 === 0) heaps.push(await heapOf(player));
    }
    const seen = await player.snapshot();
    expect(seen).toMatchObject(spotless);
    const reasons = ['initial', ...Array.from({ length: jumps / 2 }, () => 'expiring')];
    expect(seen.tokens.map(({ type, reason }) => `${type} ${reason}`)).toEqual(
      reasons.map((reason) => `tokenrenewed ${reason}`),
    );
    expect(stage.signer.calls.map(({ reason, status }) => `${status} ${reason}`)).toEqual(
      reasons.map((reason) => `200 ${reason}`),
    );
    // each request carried the token of its nine minutes, and no segment was asked for twice (hls.js does with
    // subtitles, as it starts)
    const tokensSeen = (): Set<string> => new Set(stage.edge.requests.map(({ url }) => new URL(url).search));
    await vi.waitFor(() => expect(tokensSeen().size, 'tokens that the edge has seen').toBe(reasons.length), {
      timeout: 60_000,
    });
    const segments = stage.edge.requests.map(({ path }) => path).filter((path) => path.endsWith('.m4s'));
    expect(segments).toEqual([...new Set(segments)]);
    expect(await stage.nginx!.refusals()).toEqual([]);
    expect(stage.edge.requests.filter(({ status }) => status >= 400)).toEqual([]);

    // of all the tokens one is held: renew() asks for whatever is in use
    await player.page.evaluate(() => window.source!.renew());
    expect(stage.signer.calls.slice(reasons.length).map(({ urls }) => urls.length)).toEqual([1]);
    expect(heaps.at(-1)! - heaps[0]!, `growth of the heap, ${heaps.join(', ')} bytes`).toBeLessThan(2 ** 20);
  },
);

test.for(['live/master.m3u8', 'film/fmp4/master.m3u8'])(
  'two hours of sleep, then play: one call for a token, and on it goes: %s',
  { tags: ['nginx', 'libfaketime'] },
  async (path, context) => {
    const { expect } = context;
    const { stage, player } = await open(context, path);
    const { page } = player;
    await page.evaluate(() => window.video.pause());
    // a machine that sleeps has no timer and no request under way
    // so far ahead that the page is not there before it is told
    await page.clock.pauseAt(await page.evaluate(() => Date.now() + 20_000));
    let asked = -1;
    await vi.waitFor(() => expect(asked === (asked = player.requests.length)).toBe(true), {
      interval: 1000,
      timeout: 60_000,
    });

    await stage.moveClock(2 * HOUR);
    await page.clock.fastForward(2 * HOUR * 1000);
    await page.clock.resume();
    await page.evaluate(() => void window.video.play());
    const { currentTime: before } = await player.snapshot();
    const seen = await player.until(({ currentTime }) => currentTime > before + 8);
    expect(seen).toMatchObject(spotless);
    expect(player.requests.length).toBeGreaterThan(asked);
    expect(stage.signer.calls.map(({ reason, status }) => `${status} ${reason}`)).toEqual([
      '200 initial',
      '200 expired',
    ]);
    expect(await stage.nginx!.refusals()).toEqual([]);
  },
);
