import type { TestContext } from 'vitest';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createEdgeHandler, createSigningEndpoint } from '../../packages/server/src/index.ts';
import { commonAccessToken } from '../../packages/server/src/cat.ts';
import { listen } from '../support/listen.ts';
import { createOrigins } from '../support/origins.ts';
import { hlsjs } from '../support/players.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';
import type { Viewer } from '../support/viewer.ts';
import { told, unnoticed, watch } from '../support/viewer.ts';

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
const JUMPS = Math.floor((4 * HOUR) / JUMP / 2) * 2;

// a jump ages the requests under way, which no network does: they must not time out for it
const day = { maxTimeToFirstByteMs: 86_400_000, maxLoadTimeMs: 86_400_000, timeoutRetry: null, errorRetry: null };
const config = Object.fromEntries(
  ['manifestLoadPolicy', 'playlistLoadPolicy', 'fragLoadPolicy'].map((name) => [name, { default: day }]),
);

async function open(stage: Stage, path: string, player = hlsjs, more = {}): Promise<Viewer> {
  const before: NonNullable<Parameters<typeof watch>[2]>['before'] = (page) => page.clock.install();
  const viewer = await watch(stage, player, { carrier: 'query', path, before, args: { config, ...more } });
  await viewer.until(({ currentTime }) => currentTime > 0);
  return viewer;
}

const stageOfHours = (context: TestContext): Promise<Stage> =>
  stageFor(context, { movableClock: true, signer: { ttl: TTL } });

/** Bytes of the page's heap that something still holds. */
async function heapOf({ page }: Viewer): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

test(
  'four hours of a live stream: a renewal every nine minutes, none besides, and the heap stays flat',
  { tags: ['nginx', 'libfaketime'] },
  async (context) => {
    const stage = await stageOfHours(context);
    const viewer = await open(stage, 'live/master.m3u8');
    const heaps: number[] = [];
    for (let jump = 1; jump <= JUMPS; jump++) {
      await stage.moveClock(jump * JUMP);
      const { currentTime: before } = await viewer.look();
      await viewer.page.clock.fastForward(JUMP * 1000);
      // the clocks must not jump again while a token is on its way: it would be one of the future
      await viewer.until(
        ({ tokens, currentTime }) => tokens.length > Math.floor(jump / 2) && currentTime > before + 0.5,
      );
      if (jump % 10 === 0) heaps.push(await heapOf(viewer));
    }
    const seen = await viewer.look();
    expect(seen).toMatchObject({ ...unnoticed, paused: false });
    const reasons = ['initial', ...Array.from({ length: JUMPS / 2 }, () => 'expiring')];
    expect(told(seen)).toEqual(reasons.map((reason) => `tokenrenewed ${reason}`));
    expect(stage.signer.calls.map(({ reason, status }) => `${status} ${reason}`)).toEqual(
      reasons.map((reason) => `200 ${reason}`),
    );
    expect(await stage.refusals()).toEqual([]);
    expect(heaps.at(-1)! - heaps[0]!, `growth of the heap, ${heaps.join(', ')} bytes`).toBeLessThan(2 ** 20);
  },
);

test.for(['live/master.m3u8', 'film/fmp4/master.m3u8'])(
  'two hours of sleep, then play: one call for a token, and on it goes: %s',
  { tags: ['nginx', 'libfaketime'] },
  async (path, context) => {
    const stage = await stageOfHours(context);
    const viewer = await open(stage, path);
    const { page } = viewer;
    await viewer.run('video.pause()');
    // a machine that sleeps has no timer and no request under way
    // so far ahead that the page is not there before it is told
    await page.clock.pauseAt(await page.evaluate(() => Date.now() + 20_000));
    let asked = -1;
    const expectNoRequest = (): void => {
      const before = asked;
      asked = stage.edge.requests.length;
      expect(asked).toBe(before);
    };
    await vi.waitFor(expectNoRequest, { interval: 1000, timeout: 60_000 });
    await stage.moveClock(2 * HOUR);
    await page.clock.fastForward(2 * HOUR * 1000);
    await page.clock.resume();
    await viewer.run('void video.play()');
    expect(await viewer.moves(8)).toMatchObject({ ...unnoticed, paused: false });
    expect(stage.signer.calls.map(({ reason }) => reason)).toEqual(['initial', 'expired']);
    expect(await stage.refusals()).toEqual([]);
  },
);

test('four hours at an edge that renews: one call to the endpoint', async (context) => {
  const stage = await stageFor(context, { nginx: false });
  const [lifetime, within] = [TTL, 120];
  let ahead = 0;
  const clock = (): number => Date.now() + ahead * 1000;
  const format = commonAccessToken({
    keys: [{ id: 'k', key: '11'.repeat(32) }],
    renewal: { lifetime, grant: 5 * HOUR },
  });
  const edge = await listen(createEdgeHandler({ format, origin: createOrigins(), renew: { within }, clock }));
  const cors = { origins: [stage.pages.origin] };
  const allow = `${edge.origin}/`;
  const sign = createSigningEndpoint({ format, authorize: () => true, allow, ttl: lifetime, cors, clock });
  let calls = 0;
  const endpoint = await listen((request) => {
    if (request.method === 'POST') calls++;
    return sign(request);
  });
  onTestFinished(async () => {
    await endpoint.close();
    await edge.close();
  });
  const adopting = {
    ...hlsjs,
    play: `const { adoptTokens } = await import('/packages/core/dist/adopt.js');
      args.tokens.adopt = adoptTokens;
      ${hlsjs.play}`,
  };
  const viewer = await open(stage, '', adopting, {
    src: `${edge.origin}/live/master.m3u8`,
    tokens: { endpoint: endpoint.origin },
  });
  for (let jump = 1; jump <= JUMPS; jump++) {
    const { currentTime: before } = await viewer.look();
    ahead = jump * JUMP;
    await viewer.page.clock.fastForward(JUMP * 1000);
    await viewer.until(({ tokens, currentTime }) => tokens.length > Math.floor(jump / 2) && currentTime > before + 0.5);
  }
  const seen = await viewer.look();
  expect(seen).toMatchObject({ ...unnoticed, paused: false });
  expect(calls).toBe(1);
  const [first, ...others] = told(seen);
  expect(first).toBe('tokenrenewed initial');
  expect(others.length).toBeGreaterThanOrEqual(JUMPS / 2);
  expect(new Set(others)).toEqual(new Set(['tokenrenewed adopted']));
});
