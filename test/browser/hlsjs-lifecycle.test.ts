import type { Fragment } from 'hls.js';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { Player } from '../support/player.ts';
import { seekStorm } from '../support/seek-storm.ts';
import type { Stage } from '../support/stage.ts';
import { createStage, stageFor } from '../support/stage.ts';

const TTL = 8;

let stage: Stage;
beforeAll(async () => {
  stage = await createStage({ signer: { ttl: TTL } });
});
afterAll(() => stage.dispose());

const film = 'film/fmp4/master.m3u8';
/**
 * A film without init segments: after such storms, and after a fragment given up on a busy machine, hls.js alone aborts
 * an init segment and asks for it again, without end, where requests are slow.
 */
const storm = 'film/ts/master.m3u8';
// so that there is always something left to ask for
const config = { maxBufferLength: 4, maxMaxBufferLength: 4 };

const clean = { faults: [], rejections: [], pageErrors: [], mediaError: undefined };

describe.concurrent('a restless viewer, while tokens are on their way', () => {
  beforeAll(() => {
    // what is seen here is a restless viewer, and not how long a request takes on a busy machine
    Object.assign(stage.signer, { delay: 0.15, ttl: 20 });
  });
  afterAll(() => {
    Object.assign(stage.signer, { delay: 0, ttl: TTL });
  });

  test('seeks sixty times and plays on where he stops', async () => {
    expect(await seekStorm(stage, '1.7', storm)).toMatchObject(clean);
  });

  test('switches between qualities thirty times', async () => {
    const player = await stage.open('exact', storm, { config });
    await player.play();
    for (let turn = 0; turn < 30; turn++) {
      await player.page.evaluate((level) => (window.hls.nextLevel = level), turn % 2);
      await player.page.waitForTimeout(50 + (turn % 4) * 100);
    }
    await player.page.evaluate(() => ([window.hls.currentLevel, window.video.currentTime] = [1, 100]));
    const seen = await player.until(({ currentTime, level }) => currentTime > 103 && level === 1);
    await player.close();
    expect(seen).toMatchObject(clean);
    expect(new Set(seen.loaded.flatMap((name) => /^main (\d)/.exec(name)?.[1] ?? []))).toEqual(new Set(['0', '1']));
  });

  test('stops, starts, takes the player off its element and puts it back', async () => {
    // one rendition: with its audio apart, hls.js may wait for ever after such a storm, tokens or not
    const player = await stage.open('exact', 'film/ts/lo/i.m3u8', { config });
    await player.play();
    // `play()` is interrupted whenever the element gets a new source
    await player.page.evaluate(() => (window.video.autoplay = true));
    for (let turn = 0; turn < 8; turn++) {
      await player.page.evaluate((at) => {
        window.hls.stopLoad();
        window.video.currentTime = at;
        window.hls.startLoad();
      }, 50 * turn);
      await player.page.waitForTimeout(100);
      await player.page.evaluate(() => window.hls.recoverMediaError());
      await player.page.waitForTimeout(100);
    }
    const seen = await player.until(({ currentTime }) => currentTime > 352);
    await player.close();
    expect(seen).toMatchObject(clean);
  });
});

test('a segment given up while it waits for its token, as on a falling bandwidth, is asked for again', async () => {
  const player = await stage.open('exact', storm, { config, tokens: { readAhead: 0 } });
  await player.play();
  stage.signer.delay = 1;
  const calls = stage.signer.calls.length;
  await player.page.evaluate(() => (window.video.currentTime = 400));
  await vi.waitFor(() => expect(stage.signer.calls.length).toBeGreaterThan(calls), { timeout: 60_000 });
  // what the ABR controller of hls.js does
  await player.page.evaluate(() => {
    const { streamController } = window.hls as unknown as { streamController: { fragCurrent: Fragment } };
    streamController.fragCurrent.abortRequests();
  });
  stage.signer.delay = 0;
  const seen = await player.until(({ currentTime }) => currentTime > 402);
  await player.close();
  expect(seen).toMatchObject(clean);
});

test('a viewer zaps: what was given up while it waited for its token is never asked for', async () => {
  let release!: () => void;
  stage.signer.held = new Promise((resolve) => (release = resolve));
  const player = await stage.open('exact', 'vod/ts/master.m3u8');
  for (const next of ['vod/aes/i.m3u8', 'vod/range/i.m3u8', 'vod/fmp4/master.m3u8']) {
    await player.page.waitForTimeout(100);
    await player.page.evaluate((url) => window.hls.loadSource(url), stage.url('exact', next));
  }
  release();
  await player.play(4);
  const seen = await player.until(({ ended }) => ended);
  await player.close();
  expect(seen).toMatchObject(clean);
  expect(seen.duration).toBeCloseTo(20, 0);
  const folders = player.requests
    .filter(({ url }) => url.origin === stage.cdn)
    .map(({ url }) => url.pathname.split('/')[3]);
  expect(new Set(folders)).toEqual(new Set(['fmp4']));
});

/** Returns the timers that are due, and the listeners on window and document. */
const standing = (player: Player): Promise<{ timers: string[]; listeners: string[] }> =>
  player.page.evaluate(() => ({
    timers: [...window.recording.timers.values()],
    listeners: [...window.recording.listeners.values()],
  }));

describe('hls.destroy() leaves nothing behind', () => {
  afterEach(() => void Object.assign(stage.signer, { delay: 0, failWith: 0 }));

  const nothing = { timers: [], listeners: [], requests: [], rejections: [], pageErrors: [] };

  /** Destroys the player; returns what is left of it after a while. */
  async function destroy(player: Player): Promise<object> {
    const { pageErrors } = await player.snapshot();
    const at = await player.page.evaluate(() => {
      // its list of requests is full at 250
      performance.clearResourceTimings();
      window.hls.destroy();
      return performance.now();
    });
    const left = await standing(player);
    await player.page.waitForTimeout(3000);
    const { rejections, requests } = await player.page.evaluate(
      (destroyed) => ({
        rejections: window.recording.rejections,
        // as the page saw them: its driver hears of a request some time after it was sent
        requests: performance
          .getEntriesByType('resource')
          .flatMap(({ name, startTime }) => (startTime > destroyed ? [name] : [])),
      }),
      at,
    );
    await player.close();
    return { ...left, requests, rejections, pageErrors };
  }

  test.concurrent.each(['exact', 'query', 'open'] as const)('in the middle of a live stream: %s', async (carrier) => {
    const player = await stage.open(carrier, 'live/master.m3u8', carrier === 'open' ? { tokens: false } : {});
    await player.play();
    if (carrier !== 'open') await player.until(({ tokens }) => tokens.some(({ reason }) => reason === 'expiring'));
    expect(await destroy(player)).toEqual(nothing);
  });

  test('while the first playlist waits for its token', async () => {
    stage.signer.delay = 1;
    const player = await stage.open('exact', film);
    expect(await destroy(player)).toEqual(nothing);
  });

  test('while segments wait for theirs', async () => {
    const player = await stage.open('exact', film, { config, tokens: { readAhead: 0 } });
    await player.play();
    stage.signer.delay = 1.5;
    const calls = stage.signer.calls.length;
    await player.page.evaluate(() => (window.video.currentTime = 400));
    await vi.waitFor(() => expect(stage.signer.calls.length).toBeGreaterThan(calls), { timeout: 60_000 });
    expect(await destroy(player)).toEqual(nothing);
  });

  test('while the signing endpoint is down and the source waits before it asks again', async () => {
    stage.signer.failWith = 503;
    const player = await stage.open('exact', film);
    await player.until(({ tokens }) => tokens.some(({ type }) => type === 'tokenerror'));
    expect(await destroy(player)).toEqual(nothing);
  });

  test('while the loader waits before it tries the playlist again', async () => {
    stage.signer.failWith = 503;
    const player = await stage.open('exact', film, { tokens: { retry: { limit: 0 } } });
    await player.until(({ tokens }) => tokens.some(({ type }) => type === 'tokenerror'));
    expect(await destroy(player)).toEqual(nothing);
  });
});

/**
 * A 410 is left out. hls.js, with or without tokens, asks again and again for an init segment while the machine is busy
 * (5,000 times in 90 seconds of this storm), and such requests reach the edge seconds after they have left.
 */
const forOtherReasons = <T extends { readonly status: number }>(refusals: readonly T[]): T[] =>
  refusals.filter(({ status }) => status !== 410);

test.concurrent("a source that is not the player's outlives it, and is asleep from then on", async (context) => {
  const { expect } = context;
  const own = await stageFor(context, { signer: { ttl: TTL } });
  const player = await own.open('query', 'live/master.m3u8', { attach: 'config' });
  await player.play();
  await player.until(({ tokens }) => tokens.length > 1);
  const calls = own.signer.calls.length;
  await player.page.evaluate(() => window.hls.destroy());
  expect(await standing(player)).toEqual({ timers: [], listeners: [] });
  await player.page.waitForTimeout(TTL * 1000);
  expect(own.signer.calls.length, 'calls after the end of the token').toBe(calls);
  expect(
    await player.page.evaluate(
      (url) => window.source!.sign(url).then(({ unsignedUrl }) => unsignedUrl),
      own.url('query', 'live/x'),
    ),
  ).toBe(own.url('query', 'live/x'));
  expect(forOtherReasons(await own.refusals())).toEqual([]);
});

test.concurrent(
  'the last player is destroyed after one request: the source of its configuration makes no more calls',
  async (context) => {
    const { expect } = context;
    const own = await stageFor(context, { signer: { ttl: TTL } });
    const player = await own.open('query', film, { attach: 'config', config: { autoStartLoad: false } });
    await player.until(({ tokens }) => tokens.length > 0);
    await player.page.evaluate(() => window.hls.destroy());
    expect(await standing(player)).toEqual({ timers: [], listeners: [] });
    const calls = own.signer.calls.length;
    await player.page.waitForTimeout(TTL * 1000);
    expect(own.signer.calls.length).toBe(calls);
    expect(forOtherReasons(await own.refusals())).toEqual([]);
  },
);

test('in all of this, the edge has refused no signature', () => {
  expect(forOtherReasons(stage.edge.refusals())).toEqual([]);
});

test('nor has nginx, with the same secret', { tags: ['nginx'] }, async () => {
  expect(forOtherReasons(await stage.nginx!.refusals())).toEqual([]);
});
