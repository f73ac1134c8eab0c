import type { HlsConfig } from 'hls.js';
import { describe, expect, test, vi } from 'vitest';
import { adoptTokens } from '../../../packages/core/src/adopt.ts';
import {
  SEGMENT,
  MANIFEST,
  FakeLoader,
  answer,
  attempts,
  calls,
  failCall,
  fakeLoaders,
  last,
  load,
  newStats,
  policy,
  settle,
  source,
  useSource,
  useToken,
} from './loader-lab.ts';

fakeLoaders();
type Run = ReturnType<typeof load>;
const waits: [string, Parameters<typeof load>[1], (() => unknown)?][] = [
  ['for its first token', {}],
  ['through an outage, as there is a picture', { isPatient: () => true }, () => failCall()],
  ['for a token in place of a refused one', {}, () => answer().then(() => last().fail(403))],
  ['for a playlist without the segment', { hasLeftWindow: () => true }, () => answer().then(() => last().fail(404))],
];
const begin = async (session: Parameters<typeof load>[1], happens?: () => unknown): Promise<Run> => {
  const run = load(SEGMENT, session);
  await settle();
  await happens?.();
  return run;
};

test.each(waits)('it looks new while it waits %s: ABR does not take it for slow', async (_, ...how) => {
  const { loader, context } = await begin(...how);
  for (const time of [0, 300]) {
    await vi.advanceTimersByTimeAsync(time);
    expect(loader.stats.loading.start).toBe(performance.now());
  }
  expect(loader.context, 'hls.js loads no playlist twice').toBe(context);
  expect(() => loader.load(context, policy(), {} as never)).toThrow('Loader can only be used once.');
});

test.each(waits)('aborted while it waits %s: hls.js hears of that alone, at once', async (_, ...how) => {
  const { loader, context, heard, onAbort } = await begin(...how);
  const [before, began] = [attempts().length, performance.now()];
  loader.abort();
  expect(onAbort.mock.calls).toEqual([[loader.stats, context, null]]);
  await answer();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(heard()).toEqual(['onAbort']);
  expect(attempts().length - before).toBe(0);
  expect(loader.stats).toMatchObject({ aborted: true, loading: { start: began } });
  source.destroy();
  await settle();
  expect(vi.getTimerCount()).toBe(0);
});

test.each(waits)('destroyed while it waits %s: nothing is heard or sent any more', async (_, ...how) => {
  const { loader, heard } = await begin(...how);
  const before = attempts().length;
  const { stats } = loader;
  loader.destroy();
  loader.destroy();
  loader.abort();
  await answer();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(heard()).toEqual([]);
  expect(attempts().length - before).toBe(0);
  expect(loader.context).toBe(null);
  expect(FakeLoader.made.every(({ isDestroyed }) => isDestroyed)).toBe(true);
  expect(stats.loading.start, 'still there for the ABR controller').toBeGreaterThan(0);
});

test('the statistics are one object, and count from when the request went out: no wait or refused attempt is in them', async () => {
  const { loader, onSuccess } = load();
  const { stats } = loader;
  for (const status of [403, 200]) {
    await vi.advanceTimersByTimeAsync(700);
    await answer();
    expect(last().stats).toBe(stats);
    const loading = { start: performance.now(), first: 0, end: 0 };
    expect(stats).toMatchObject({ loaded: 0, total: 0, aborted: false, loading });
    if (status === 403) await last().fail(status);
    else last().succeed();
  }
  expect(attempts()).toHaveLength(2);
  expect(stats.loading.end - stats.loading.start).toBe(9);
  expect(loader.stats).toBe(stats);
  expect(onSuccess.mock.calls[0]![1]).toBe(stats);
});

test('an outage is told as 503, which hls.js retries after, with our error', async () => {
  const { onError, context, loader } = load();
  await settle();
  await failCall();
  const told = [{ code: 503 }, context, { code: 'ERR_SIGNING_UNAVAILABLE' }, loader.stats];
  expect(onError.mock.calls).toMatchObject([told]);
});

test('a denial is final, also if there is a picture: told at once, and one request in each task', async () => {
  // hls.js ends the second request when it hears of the first: through promises, as its fragment loader does
  const onError = vi.fn<(...all: unknown[]) => void>(() => void Promise.resolve().then(() => second.loader.destroy()));
  load(SEGMENT, { callbacks: { onError }, isPatient: () => true });
  const second = load('https://cdn.example/vod/s2.ts');
  await settle();
  await failCall(403);
  await vi.advanceTimersByTimeAsync(1000);
  expect(onError.mock.calls).toMatchObject([[{ code: 0 }, {}, { code: 'ERR_DENIED' }, {}]]);
  expect(second.heard()).toEqual([]);
});

test('a refused request is sent once more with another token, and hls.js hears nothing', async () => {
  useToken();
  const { heard } = load();
  await last().fail(410);
  expect(calls.map(({ urls, reason }) => [urls, reason])).toEqual([[[SEGMENT], 'refused']]);
  await answer();
  expect(attempts().map(({ isDestroyed }) => isDestroyed)).toEqual([true, false]);
  expect(last().context!.url).toBe(`${SEGMENT}?st=t2`);
  last().succeed();
  expect(heard()).toEqual(['onSuccess']);
});

test('a request that is refused twice fails as the edge has answered', async () => {
  useToken();
  const { onError, context, loader } = load();
  await last().fail(403);
  await answer();
  await last().fail(410);
  expect(onError.mock.calls).toEqual([[{ code: 410, text: 'refused' }, context, last().details, loader.stats]]);
  expect(attempts()).toHaveLength(2);
  expect(calls).toHaveLength(1);
});

test.each([404, 500])('%d is told at once: retries and time-outs are those of hls.js', async (status) => {
  useToken();
  const given = policy({ maxNumRetry: 3 });
  const { onError } = load(SEGMENT, {
    policy: given,
    hasLeftWindow: () => status === 500,
    callbacks: { onProgress: undefined },
  });
  expect(last().policy).toBe(given);
  expect(last().callbacks, 'FetchLoader streams only with it').not.toHaveProperty('onProgress');
  await last().fail(status);
  expect(onError.mock.calls[0]![0]).toMatchObject({ code: status });
  expect(attempts()).toHaveLength(1);
});

test('404 of a segment that has left the live window is told as 503 after a second: hls.js looks where the stream is', async () => {
  useToken();
  const { onError } = load(SEGMENT, { hasLeftWindow: () => true });
  await last().fail(404);
  await vi.advanceTimersByTimeAsync(999);
  expect(onError).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(onError.mock.calls).toMatchObject([[{ code: 503 }, {}, {}, {}]]);
});

const SIGNED = `${SEGMENT}?st=SECRET`;
const useSecret = (more = {}): void => useToken({ query: { st: 'SECRET' }, ...more });

describe('what hls.js gets of a signed request', () => {
  test.each<['onSuccess' | 'onError' | 'onTimeout' | 'onAbort' | 'onProgress', (run: Run) => unknown]>([
    ['onSuccess', () => last().succeed()],
    ['onError', () => last().fail(404)],
    ['onTimeout', () => last().callbacks!.onTimeout(last().stats, last().context!, last().details)],
    ['onAbort', ({ loader }) => loader.abort()],
    ['onProgress', () => last().callbacks!.onProgress!(last().stats, last().context!, 'part', last().details)],
  ])('%s: the context object that it gave, unsigned; the wire gets a signed copy', (name, happens) => {
    useSecret();
    const run = load(SEGMENT, { context: { headers: { a: 'b' }, rangeStart: 1, frag: {} } });
    happens(run);
    expect(last().context).toMatchObject({ url: SIGNED, headers: { a: 'b' }, rangeStart: 1, frag: {} });
    expect(run[name].mock.calls[0]!.filter((value) => value === run.context)).toHaveLength(1);
    expect(run.context.url).toBe(SEGMENT);
    // what hls.js passes on to apps
    if (name !== 'onProgress') expect(last().details.responseURL).toBe(SEGMENT);
  });

  test.each([
    [`${SEGMENT}?a=1#f`, undefined, `${SEGMENT}?a=1#f`],
    [SEGMENT, 'https://cdn.example/moved/s1.ts?x=2&st=SECRET', 'https://cdn.example/moved/s1.ts?x=2'],
    [SEGMENT, '', ''],
  ])('%s, redirected to %s: the response has the URL %s', (url, from, told) => {
    useSecret();
    const { onSuccess } = load(url);
    last().succeed('body', from);
    expect(onSuccess.mock.calls[0]![0]).toEqual({ url: told, data: 'body', code: 200 });
  });

  test.each([
    ['st', `${MANIFEST}?st=SECRET`],
    ['session', MANIFEST],
  ])('a playlist that reads %s from its URL by EXT-X-DEFINE:QUERYPARAM comes from %s', (name, url) => {
    useSecret();
    const { onSuccess } = load(MANIFEST);
    last().succeed(`#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM="${name}"\n`);
    expect(onSuccess.mock.calls[0]![0]).toMatchObject({ url });
  });

  test.each([
    [`Failed to fetch ${SIGNED}`, expect.not.stringContaining('SECRET')],
    ['Failed to fetch', 'Failed to fetch'],
    [null, null],
  ])('the text %s of an error does not quote the token', async (text, told) => {
    useSecret();
    const { onError } = load();
    await last().fail(500, text!);
    expect(onError.mock.calls[0]![0]).toEqual({ code: 500, text: told as unknown });
  });
});

test('a playlist that has arrived is read ahead, from where it really came', async () => {
  load('https://free.example/list.m3u8');
  last().succeed('#EXTM3U\n#EXTINF:4,\ns1.ts\n#EXTINF:4,\ns2.ts', 'https://cdn.example/vod/list.m3u8');
  load(SEGMENT);
  await settle();
  expect(calls.map(({ urls }) => urls)).toEqual([[SEGMENT, 'https://cdn.example/vod/s2.ts']]);
});

test.each(['data:,AA', 'blob:https://app.example/1', 'https://ads.example/ad.ts'])('%s is left alone', async (url) => {
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const { heard } = load(url);
  expect(last().context!.url).toBe(url);
  await last().fail(403);
  expect(heard()).toEqual(['onError']);
  expect(calls).toEqual([]);
});

test('without the option protect, the origin of the manifest is protected; that of an interstitial asset is not', async () => {
  useSource({ protect: undefined as never });
  load(MANIFEST, { context: { type: 'manifest' } });
  load('https://ads.example/ad.m3u8', { context: { type: 'manifest' }, config: { assetPlayerId: 'ad-1' } });
  await settle();
  expect(calls.map(({ urls }) => urls)).toEqual([[MANIFEST]]);
  expect(last().context!.url).toBe('https://ads.example/ad.m3u8');
});

test.each([
  ['is sent from then on', 'cdn', 'next'],
  ['does not count from another host, behind a redirect', 'other', 'first'],
])('a token that the edge sends (`adopt`) %s', (_, host, sent) => {
  const exp = (Math.floor(Date.now() / 1000) + 300).toString(16).padStart(8, '0');
  // 61(17([h'a10105', {}, {exp}, h'00']))
  const next = Buffer.from(`d83dd18443a10105a047a1041a${exp}4100`, 'hex').toString('base64url');
  const base = 'https://cdn.example/tok-abcdefghijkl/';
  const token = { prefix: 'https://cdn.example/', base, query: { cat: 'first' }, expires: Date.now() / 1000 + 60 };
  useSource({ adopt: adoptTokens, tokens: [token] });
  load();
  const url = `https://${host}.example/tok-abcdefghijkl/vod/s1.ts`;
  const headers = new Headers({ 'CTA-Common-Access-Token': next });
  last().details = Object.assign(Object.create({ url }) as XMLHttpRequest, { headers });
  last().callbacks!.onProgress!(last().stats, last().context!, 'part', last().details);
  last().succeed();
  load();
  expect(last().context!.url.replace(next, 'next')).toBe(`${base}vod/s1.ts?cat=${sent}`);
});

describe('a loader of the app', () => {
  test('throws the signed URL from load(): hls.js hears of a failure, but not of the token', async () => {
    class Throwing extends FakeLoader {
      override load(...args: Parameters<FakeLoader['load']>): void {
        super.load(...args);
        throw new Error(`cannot load ${args[0].url}`);
      }
    }
    useSecret();
    const { onError, heard } = load(SEGMENT, { Base: Throwing });
    expect(heard()).toEqual([]);
    await settle();
    expect(onError.mock.calls).toMatchObject([
      [{ code: 0, text: expect.not.stringContaining('SECRET') as string }, {}, null, {}],
    ]);
  });

  test('has statistics of its own, no details of the network, and calls back when it is destroyed', async () => {
    class Noisy extends FakeLoader {
      constructor(config: HlsConfig) {
        super(config);
        const own = newStats();
        Object.defineProperty(this, 'stats', { get: () => own });
      }
      override destroy(): void {
        const { callbacks, context, details } = this;
        callbacks?.onAbort?.(newStats(), context!, details);
        callbacks?.onError({ code: 500, text: '' }, context!, details, newStats());
        callbacks?.onSuccess({ url: SEGMENT, data: '' }, newStats(), context!, details);
      }
    }
    useToken();
    const { loader, heard } = load(SEGMENT, { Base: Noisy });
    const { stats } = loader;
    last().details = null as never;
    await last().fail(403);
    await answer();
    last().details = null as never;
    last().succeed();
    loader.destroy();
    expect(heard()).toEqual(['onSuccess']);
    expect(attempts()).toHaveLength(2);
    expect(loader.stats).toBe(stats);
    expect(stats.loading.end - stats.loading.start).toBe(9);
  });

  test('is asked for the age and the headers of an answer, until it is destroyed', () => {
    useToken();
    const { loader } = load();
    expect(loader.getCacheAge!()).toBe(17);
    expect(loader.getResponseHeader!('date')).toBe('value of date');
    loader.destroy();
    expect(loader.getCacheAge!()).toBe(null);
    expect(loader.getResponseHeader!('date')).toBe(null);
  });
});
