// @vitest-environment jsdom
import type { HlsConfig, Loader, LoaderCallbacks, LoaderConfiguration, LoaderContext, LoaderResponse, LoaderStats } from 'hls.js';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Token, TokenRequest, TokenSource, TokenSourceOptions } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import { createTokenLoader } from '../../../packages/hlsjs/src/token-loader.ts';

const SEGMENT = 'https://cdn.example/vod/s1.ts';
const MANIFEST = 'https://cdn.example/vod/master.m3u8';

const newStats = (): LoaderStats => ({
  aborted: false, loaded: 0, retry: 0, total: 0, chunkCount: 0, bwEstimate: 0,
  loading: { start: 0, first: 0, end: 0 }, parsing: { start: 0, end: 0 }, buffering: { start: 0, first: 0, end: 0 },
});

/** A loader that behaves like those of hls.js (base-loader.ts) and does nothing until told to. */
class FakeLoader implements Loader<LoaderContext> {
  static made: FakeLoader[] = [];
  stats = newStats();
  context: LoaderContext | null = null;
  declare policy: LoaderConfiguration;
  callbacks: LoaderCallbacks<LoaderContext> | null = null;
  isDestroyed = false;

  constructor(readonly config: HlsConfig) {
    FakeLoader.made.push(this);
  }
  load(context: LoaderContext, policy: LoaderConfiguration, callbacks: LoaderCallbacks<LoaderContext>): void {
    if (this.stats.loading.start) throw new Error('Loader can only be used once.');
    this.stats.loading.start = performance.now();
    Object.assign(this, { context, policy, callbacks });
  }
  abort(): void {
    this.stats.aborted = true;
    this.callbacks?.onAbort?.(this.stats, this.context!, this.details);
  }
  destroy(): void {
    // FetchLoader does this to loads that have not ended
    if (!this.stats.loading.end) this.stats.aborted = true;
    this.isDestroyed = true;
    this.callbacks = this.context = null;
    this.stats = null as never;
  }
  getCacheAge = (): number => 17;
  getResponseHeader = (name: string): string => `value of ${name}`;
  readonly details = { network: 'details' } as never;

  succeed(data: LoaderResponse['data'] = 'body', url = this.context!.url): void {
    Object.assign(this.stats.loading, { first: this.stats.loading.start + 5, end: this.stats.loading.start + 9 });
    this.callbacks?.onSuccess({ url, data, code: 200 }, this.stats, this.context!, this.details);
  }
  fail(code: number): void {
    Object.assign(this.stats, { loaded: 321, total: 321 });
    this.stats.loading.first = this.stats.loading.start + 5;
    this.callbacks?.onError({ code, text: 'refused' }, this.context!, this.details, this.stats);
  }
}

const attempts = (): FakeLoader[] => FakeLoader.made.filter((loader) => 'policy' in loader);
const last = (): FakeLoader => attempts().at(-1)!;
/** Lets everything that is ready happen, without a millisecond going by. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

const policy = (errorRetry: object | null = null, timeoutRetry: object | null = null): LoaderConfiguration =>
  ({
    loadPolicy: { maxTimeToFirstByteMs: 10_000, maxLoadTimeMs: 20_000, errorRetry, timeoutRetry },
    timeout: 10_000, maxRetry: 0, retryDelay: 0, maxRetryDelay: 0, highWaterMark: 99,
  }) as never;
const twice = { maxNumRetry: 2, retryDelayMs: 1000, maxRetryDelayMs: 8000 };

const callbacks = () => ({ onSuccess: vi.fn(), onError: vi.fn(), onTimeout: vi.fn(), onAbort: vi.fn() });

let calls: (TokenRequest & { answer: (tokens: Token | readonly Token[]) => void; fail: (error: unknown) => void })[];
let source: TokenSource;
let number: number;

const token = (url = SEGMENT, more: Partial<Token> = {}): Token => ({ url, expires: Date.now() / 1000 + 60, query: { st: `t${++number}`, e: '9' }, ...more });
const prefixToken = (more: Partial<Token> = {}): Token => ({ prefix: 'https://cdn.example/', expires: Date.now() / 1000 + 60, query: { st: `t${++number}` }, ...more });

/** A source whose endpoint answers when the test says so. */
function useSource(options: Partial<TokenSourceOptions> = {}): void {
  source = createTokenSource({
    getTokens: (request) => new Promise((answer, fail) => calls.push({ ...request, answer, fail })),
    protect: 'https://cdn.example/',
    retry: { limit: 0 },
    random: () => 0.5,
    ...options,
  });
}

function load(url = SEGMENT, more: { context?: object; policy?: LoaderConfiguration; config?: object; Base?: unknown; callbacks?: object } = {}) {
  const config = { ...more.config } as HlsConfig;
  const TokenLoader = createTokenLoader((more.Base ?? FakeLoader) as HlsConfig['loader'], () => source);
  const loader = new TokenLoader(config);
  const theirs = { ...callbacks(), ...more.callbacks };
  const context = { url, responseType: 'arraybuffer', ...more.context } as LoaderContext;
  loader.load(context, more.policy ?? policy(), theirs);
  return { loader, context, TokenLoader, ...theirs };
}

beforeEach(() => {
  vi.useFakeTimers();
  // jsdom starts at 0, where a request would look as if it had never begun
  vi.advanceTimersByTime(5000);
  FakeLoader.made = [];
  calls = [];
  number = 0;
  useSource();
});
afterEach(() => {
  source.destroy();
  vi.useRealTimers();
});

describe('statistics', () => {
  test('one object from the constructor to the end, over a wait and a replay', async () => {
    const { loader, onSuccess } = load();
    const { stats } = loader;
    await settle();
    calls[0]!.answer(token());
    await settle();
    expect(last().stats).toBe(stats);
    last().fail(403);
    await settle();
    calls[1]!.answer(token());
    await settle();
    expect(attempts()).toHaveLength(2);
    expect(last().stats).toBe(stats);
    last().succeed();
    expect(loader.stats).toBe(stats);
    expect(onSuccess.mock.calls[0]![1]).toBe(stats);
  });

  test('count from the moment the request goes out: neither the wait nor the refused attempt is in them', async () => {
    const { loader, onSuccess } = load();
    await vi.advanceTimersByTimeAsync(700);
    calls[0]!.answer(token());
    await settle();
    expect(loader.stats.loading).toEqual({ start: performance.now(), first: 0, end: 0 });
    last().fail(410);
    await vi.advanceTimersByTimeAsync(900);
    calls[1]!.answer(token());
    await settle();
    expect(loader.stats).toMatchObject({ loaded: 0, total: 0, aborted: false, loading: { start: performance.now(), first: 0, end: 0 } });
    last().succeed();
    const { start, first, end } = onSuccess.mock.calls[0]![1].loading;
    expect([first - start, end - start]).toEqual([5, 9]);
  });

  test('never at zero while a token is awaited: to the ABR controller that is a request as old as the page', async () => {
    const { loader } = load();
    expect(loader.stats.loading.start).toBe(performance.now());
    await vi.advanceTimersByTimeAsync(2000);
    expect(loader.stats.loading.start).toBe(performance.now() - 2000);
  });

  test('stay readable after destroy, of a loader that waits and of one that loads', async () => {
    const waiting = load();
    waiting.loader.destroy();
    expect(waiting.loader.stats.loading.start).toBeGreaterThan(0);
    await settle();
    calls[0]!.answer(token());
    await settle();
    const loading = load();
    loading.loader.destroy();
    expect(loading.loader.stats.loading.start).toBeGreaterThan(0);
  });

  test('are complete also when a loader of the app keeps its own', async () => {
    class OwnStats extends FakeLoader {
      readonly own = newStats();
      constructor(config: HlsConfig) {
        super(config);
        Object.defineProperty(this, 'stats', { get: () => this.own });
      }
      override destroy(): void {}
    }
    const { loader, onSuccess } = load(SEGMENT, { Base: OwnStats });
    const { stats } = loader;
    await settle();
    calls[0]!.answer(token());
    await settle();
    last().fail(403);
    await settle();
    calls[1]!.answer(token());
    await settle();
    expect(attempts()).toHaveLength(2);
    last().succeed();
    expect(onSuccess.mock.calls[0]![1]).toBe(stats);
    expect(stats.loading.end - stats.loading.start).toBe(9);
  });
});

describe('the context', () => {
  test('comes back as the very object, unsigned, in every callback; the wire gets a copy', async () => {
    source.destroy();
    useSource({ tokens: [token()] });
    const run = (act: (loader: FakeLoader) => void) => {
      const onProgress = vi.fn();
      const run = load(SEGMENT, { callbacks: { onProgress }, context: { headers: { a: 'b' }, rangeStart: 1, rangeEnd: 5, frag: {} } });
      act(last());
      return { ...run, onProgress };
    };
    const succeeded = run((inner) => {
      inner.callbacks!.onProgress!(inner.stats, inner.context!, 'chunk', inner.details);
      inner.succeed();
    });
    expect(last().context).toMatchObject({ url: `${SEGMENT}?st=t1&e=9`, headers: { a: 'b' }, rangeStart: 1, rangeEnd: 5, frag: {} });
    expect(succeeded.context.url).toBe(SEGMENT);
    expect(succeeded.onSuccess.mock.calls[0]![2]).toBe(succeeded.context);
    expect(succeeded.onProgress.mock.calls[0]![1]).toBe(succeeded.context);
    const failed = run((inner) => inner.fail(404));
    await settle();
    expect(failed.onError.mock.calls[0]![1]).toBe(failed.context);
    const late = run((inner) => inner.callbacks!.onTimeout(inner.stats, inner.context!, inner.details));
    expect(late.onTimeout.mock.calls[0]![1]).toBe(late.context);
    const aborted = run(() => {});
    aborted.loader.abort();
    expect(aborted.onAbort.mock.calls[0]!.slice(1)).toEqual([aborted.context, last().details]);
    expect(aborted.onAbort.mock.calls[0]![1]).toBe(aborted.context);
  });

  test('is there as soon as load() returns, also while a token is awaited: hls.js does not load a playlist twice', () => {
    const { loader, context } = load(MANIFEST, { context: { type: 'level' } });
    expect(loader.context).toBe(context);
    expect(attempts()).toHaveLength(0);
  });

  test('the response holds the unsigned URL, also after a redirect', async () => {
    source.destroy();
    useSource({ tokens: [prefixToken({ query: { st: 'secret' } })] });
    const { onSuccess } = load(`${SEGMENT}?a=1#f`);
    last().succeed('body', last().context!.url);
    const redirected = load();
    last().succeed('body', 'https://cdn.example/moved/s1.ts?x=2&st=secret');
    expect([onSuccess, redirected.onSuccess].map((spy) => spy.mock.calls[0]![0].url)).toEqual([
      `${SEGMENT}?a=1#f`, 'https://cdn.example/moved/s1.ts?x=2',
    ]);
  });

  test('a response without a URL stays without: hls.js then takes that of the context', () => {
    const url = `${location.origin}/master.m3u8`;
    source.destroy();
    useSource({ protect: location.origin, tokens: [token(url)] });
    for (const answered of ['', undefined]) {
      const { onSuccess } = load(url);
      last().callbacks!.onSuccess({ url: answered!, data: '#EXTM3U\n' }, last().stats, last().context!, null);
      expect(onSuccess.mock.calls[0]![0].url).toBe(answered);
    }
  });

  test('EXT-X-DEFINE:QUERYPARAM of the token keeps the query that it reads, that of another parameter does not', () => {
    source.destroy();
    useSource({ tokens: [token(MANIFEST, { query: { st: 'secret' } })] });
    const read = load(MANIFEST);
    last().succeed('#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM="st"\n');
    expect(read.onSuccess.mock.calls[0]![0].url).toBe(`${MANIFEST}?st=secret`);
    const other = load(MANIFEST);
    last().succeed('#EXTM3U\n#EXT-X-DEFINE:QUERYPARAM="session"\n');
    expect(other.onSuccess.mock.calls[0]![0].url).toBe(MANIFEST);
  });

  test('playlists teach the source the order of their URLs, from where they really came', () => {
    const learn = vi.spyOn(source, 'learn');
    load('https://free.example/list.m3u8');
    last().succeed('#EXTM3U\nx', 'https://free.example/moved/list.m3u8');
    load('https://free.example/data.json');
    last().succeed({ json: true });
    expect(learn.mock.calls).toEqual([['https://free.example/moved/list.m3u8', '#EXTM3U\nx']]);
  });
});

describe('progress', () => {
  test('is asked for only if hls.js does: FetchLoader streams then', () => {
    source.destroy();
    useSource({ tokens: [token()] });
    load();
    expect('onProgress' in last().callbacks!).toBe(false);
    const onProgress = vi.fn();
    load(SEGMENT, { callbacks: { onProgress } });
    last().callbacks!.onProgress!(last().stats, last().context!, 'chunk', last().details);
    expect(onProgress.mock.calls[0]![2]).toBe('chunk');
  });
});

describe('abort', () => {
  test('during the wait for a token: says so at once, and nothing is sent any more', async () => {
    const { loader, context, onAbort } = load();
    await settle();
    loader.abort();
    expect(loader.stats.aborted).toBe(true);
    expect(onAbort.mock.calls).toEqual([[loader.stats, context, null]]);
    expect(onAbort.mock.calls[0]![1]).toBe(context);
    calls[0]!.answer(token());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(attempts()).toHaveLength(0);
    expect(onAbort).toHaveBeenCalledTimes(1);
  });

  test('during the wait for a replay, and for a retry', async () => {
    source.destroy();
    useSource({ tokens: [token()] });
    const replay = load();
    last().fail(403);
    replay.loader.abort();
    await settle();
    calls[0]!.answer(token());
    await settle();
    const retry = load(SEGMENT, { policy: policy(twice) });
    last().fail(500);
    await settle();
    retry.loader.abort();
    await vi.advanceTimersByTimeAsync(60_000);
    for (const { loader, onAbort, onError } of [replay, retry]) {
      expect(loader.stats.aborted).toBe(true);
      expect(onAbort).toHaveBeenCalledTimes(1);
      expect(onError).not.toHaveBeenCalled();
    }
    expect(attempts()).toHaveLength(2);
  });

  test('while the request is under way is that of the loader; without onAbort, too', () => {
    source.destroy();
    useSource({ tokens: [token()] });
    const { loader, onAbort } = load();
    loader.abort();
    expect([loader.stats.aborted, onAbort.mock.calls.length]).toEqual([true, 1]);
    load(SEGMENT, { callbacks: { onAbort: undefined } }).loader.abort();
    source.destroy();
    useSource();
    load(SEGMENT, { callbacks: { onAbort: undefined } }).loader.abort();
  });
});

describe('destroy', () => {
  test('is silent and idempotent: waiting, loading, after a refusal, done, and never loaded', async () => {
    const waiting = load();
    await settle();
    waiting.loader.destroy();
    waiting.loader.destroy();
    waiting.loader.abort();
    calls[0]!.answer(token());
    await settle();
    expect(attempts()).toHaveLength(0);

    const loading = load();
    const inner = last();
    const { onSuccess, onError } = inner.callbacks!;
    loading.loader.destroy();
    loading.loader.destroy();
    loading.loader.abort();
    expect([inner.isDestroyed, loading.loader.context]).toEqual([true, null]);
    // a loader of the app that does not know when to stop
    onSuccess({ url: SEGMENT, data: '' }, newStats(), loading.context, null);
    onError({ code: 500, text: '' }, loading.context, null, newStats());

    const refused = load();
    last().fail(403);
    refused.loader.destroy();
    await settle();
    calls[1]?.answer(token());
    await vi.advanceTimersByTimeAsync(60_000);

    for (const { onSuccess, onError, onAbort, onTimeout } of [waiting, loading, refused]) {
      for (const spy of [onSuccess, onError, onAbort, onTimeout]) expect(spy).not.toHaveBeenCalled();
    }
    source.destroy();
    useSource({ tokens: [token()] });
    const { loader, onSuccess: done } = load();
    last().succeed();
    loader.destroy();
    expect(done).toHaveBeenCalledTimes(1);
    new loading.TokenLoader({} as HlsConfig).destroy();
  });

  test('releases each inner loader', async () => {
    const { loader } = load();
    await settle();
    calls[0]!.answer(token());
    await settle();
    last().fail(403);
    await settle();
    calls[1]!.answer(token());
    await settle();
    loader.destroy();
    expect(FakeLoader.made.map(({ isDestroyed }) => isDestroyed)).toEqual([true, true]);
  });
});

describe('load', () => {
  test('a second one throws, while the first waits and while it loads', async () => {
    const { loader, context } = load();
    expect(() => loader.load(context, policy(), callbacks())).toThrow('Loader can only be used once.');
    await settle();
    calls[0]!.answer(token());
    await settle();
    expect(() => loader.load(context, policy(), callbacks())).toThrow('Loader can only be used once.');
    expect(attempts()).toHaveLength(1);
  });

  test('never calls back before it returns, whatever the endpoint says', async () => {
    useSource({ getTokens: () => { throw Object.assign(new Error('no'), { status: 403 }); } });
    const { onError } = load();
    expect(onError).not.toHaveBeenCalled();
    await settle();
    expect(onError).toHaveBeenCalledTimes(1);
  });

  test('the rest of the interface is that of the loader in use', async () => {
    source.destroy();
    useSource({ tokens: [token()] });
    const { loader } = load();
    expect([loader.getCacheAge!(), loader.getResponseHeader!('date')]).toEqual([17, 'value of date']);
    loader.destroy();
    expect([loader.getCacheAge!(), loader.getResponseHeader!('date')]).toEqual([null, null]);
    class Plain extends FakeLoader {
      override getCacheAge = undefined as never;
      override getResponseHeader = undefined as never;
    }
    const plain = load(SEGMENT, { Base: Plain }).loader;
    expect([plain.getCacheAge!(), plain.getResponseHeader!('date')]).toEqual([null, null]);
  });

  test('data: and unprotected URLs pass at once and are not the endpoint\'s business', async () => {
    for (const url of ['data:application/octet-stream;base64,AA==', 'blob:https://app.example/1', 'https://ads.example/ad.ts']) {
      const { onError } = load(url);
      expect(last().context!.url).toBe(url);
      last().fail(403);
      await settle();
      expect(onError).toHaveBeenCalledTimes(1);
    }
    expect(calls).toEqual([]);
  });

  test('a manifest makes its origin protected, that of an interstitial does not', () => {
    const allow = vi.spyOn(source, 'allow');
    load(MANIFEST, { context: { type: 'manifest' } });
    load('https://ads.example/ad.m3u8', { context: { type: 'manifest' }, config: { assetPlayerId: 'ad-1' } });
    load(MANIFEST, { context: { type: 'level' } });
    expect(allow.mock.calls).toEqual([[MANIFEST]]);
  });

  test('header and cookie tokens ride on the request, beside what the app has set up', () => {
    source.destroy();
    useSource({ tokens: [prefixToken({ query: {}, headers: { 'x-token': 'secret' } })] });
    load(SEGMENT, { context: { headers: { a: 'b' } } });
    expect(last().context).toMatchObject({ url: SEGMENT, headers: { a: 'b', 'x-token': 'secret' } });
    source.destroy();
    useSource({ tokens: [prefixToken({ query: {}, credentials: true })] });
    const xhrSetup = vi.fn();
    const fetchSetup = vi.fn((context: LoaderContext, init: RequestInit) => new Request(context.url, init));
    load(SEGMENT, { config: { xhrSetup, fetchSetup, debug: 'kept' } });
    const config = last().config;
    const xhr = new XMLHttpRequest();
    void config.xhrSetup!(xhr, 'a', last().context!);
    expect([xhr.withCredentials, xhrSetup.mock.calls]).toEqual([true, [[xhr, 'a', last().context]]]);
    expect((config.fetchSetup!(last().context!, { method: 'GET' }) as Request).credentials).toBe('include');
    expect(fetchSetup).toHaveBeenCalledTimes(1);
    expect(config.debug).toBe('kept');
    load(SEGMENT, { config: {} });
    expect((last().config.fetchSetup!(last().context!, { method: 'GET' }) as Request).credentials).toBe('include');
    void last().config.xhrSetup!(xhr, 'a', last().context!);
  });
});

describe('a refusal', () => {
  test.each([401, 403, 410])('%d is replayed once with a new token, and hls.js does not see it', async (status) => {
    source.destroy();
    useSource({ tokens: [token()] });
    const { onError, onSuccess, onAbort } = load();
    last().fail(status);
    await settle();
    expect(calls.map(({ urls, reason }) => [urls, reason])).toEqual([[[SEGMENT], 'refused']]);
    calls[0]!.answer(token());
    await settle();
    expect(attempts().map(({ isDestroyed }) => isDestroyed)).toEqual([true, false]);
    expect(last().context!.url).toBe(`${SEGMENT}?st=t2&e=9`);
    last().succeed();
    expect(onSuccess).toHaveBeenCalledTimes(1);
    expect([onError.mock.calls, onAbort.mock.calls]).toEqual([[], []]);
  });

  test('of the replay is passed on as it is', async () => {
    source.destroy();
    useSource({ tokens: [token()] });
    const { onError, context, loader } = load();
    last().fail(403);
    await settle();
    calls[0]!.answer(token());
    await settle();
    last().fail(410);
    await settle();
    expect(onError.mock.calls).toEqual([[{ code: 410, text: 'refused' }, context, last().details, loader.stats]]);
    expect([attempts().length, calls.length]).toEqual([2, 1]);
  });

  test('other errors are passed on at once: 404, 500, and 0 of a live token', async () => {
    source.destroy();
    useSource({ tokens: [token()] });
    for (const code of [404, 500, 0]) {
      const { onError } = load();
      last().fail(code);
      await settle();
      expect(onError.mock.calls[0]![0].code).toBe(code);
    }
    expect(calls).toEqual([]);
  });

  test('without CORS headers looks like 0: replayed when the token is at its end', async () => {
    source.destroy();
    useSource({ tokens: [token(SEGMENT, { expires: Date.now() / 1000 + 10 })] });
    const { onError, onSuccess } = load();
    await vi.advanceTimersByTimeAsync(10_000);
    last().fail(0);
    await settle();
    calls.at(-1)!.answer(token());
    await settle();
    last().succeed();
    expect([onSuccess.mock.calls.length, onError.mock.calls.length]).toEqual([1, 0]);
  });

  test('while the endpoint is down becomes its outage', async () => {
    source.destroy();
    useSource({ tokens: [token()] });
    const { onError } = load();
    last().fail(403);
    await settle();
    calls[0]!.fail(new Error('down'));
    await settle();
    expect(onError.mock.calls[0]![0].code).toBe(503);
    expect(onError.mock.calls[0]![2]).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
  });
});

describe('retries that hls.js leaves to the loader (manifest, key, steering)', () => {
  test('when the endpoint is down: with the delays of the policy, then the error', async () => {
    const { onError, loader } = load(MANIFEST, { policy: policy(twice) });
    await settle();
    calls[0]!.fail(new Error('down'));
    await vi.advanceTimersByTimeAsync(999);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    calls[1]!.fail(new Error('down'));
    await vi.advanceTimersByTimeAsync(1999);
    expect(calls).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(onError).not.toHaveBeenCalled();
    calls[2]!.fail(new Error('down'));
    await settle();
    expect(onError).toHaveBeenCalledTimes(1);
    expect(onError.mock.calls[0]![0].code).toBe(503);
    expect(onError.mock.calls[0]![2]).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
    expect(loader.stats.retry).toBe(2);
  });

  test('of a failed request are signed anew: the token of the first attempt may have died', async () => {
    source.destroy();
    useSource({ tokens: [token(MANIFEST, { expires: Date.now() / 1000 + 10 })] });
    const { onSuccess, onError } = load(MANIFEST, { policy: policy({ ...twice, retryDelayMs: 20_000, maxRetryDelayMs: 9500, backoff: 'linear' }) });
    expect(last().policy.loadPolicy).toMatchObject({ errorRetry: null, timeoutRetry: null, maxLoadTimeMs: 20_000 });
    expect(last().policy.highWaterMark).toBe(99);
    last().fail(500);
    await vi.advanceTimersByTimeAsync(9500);
    calls.at(-1)!.answer(token(MANIFEST));
    await settle();
    expect(attempts().map(({ isDestroyed }) => isDestroyed)).toEqual([true, false]);
    last().succeed();
    expect([onSuccess.mock.calls.length, onError.mock.calls.length]).toEqual([1, 0]);
    expect(onSuccess.mock.calls[0]![1].retry).toBe(1);
  });

  test('of a time-out', async () => {
    source.destroy();
    useSource({ tokens: [prefixToken()] });
    const { onTimeout } = load(MANIFEST, { policy: policy(null, { ...twice, maxNumRetry: 1, retryDelayMs: 0 }) });
    const timeOut = (): void => last().callbacks!.onTimeout(last().stats, last().context!, last().details);
    timeOut();
    expect(onTimeout).not.toHaveBeenCalled();
    await settle();
    expect(attempts()).toHaveLength(2);
    timeOut();
    await settle();
    expect(onTimeout).toHaveBeenCalledTimes(1);
  });

  test('follow hls.js: never after 4xx, after 0 only when offline, unless the app decides otherwise', async () => {
    source.destroy();
    useSource({ tokens: [prefixToken()] });
    const tries = async (code: number, rule: object = twice): Promise<number> => {
      FakeLoader.made = [];
      const { loader } = load(MANIFEST, { policy: policy(rule) });
      last().fail(code);
      await vi.advanceTimersByTimeAsync(1000);
      loader.destroy();
      return attempts().length;
    };
    expect([await tries(404), await tries(0), await tries(502)]).toEqual([1, 1, 2]);
    const shouldRetry = vi.fn((_rule, _count, _timeout, response?: LoaderResponse) => response?.code === 404);
    expect([await tries(404, { ...twice, shouldRetry }), await tries(502, { ...twice, shouldRetry })]).toEqual([2, 1]);
    expect(shouldRetry.mock.calls[0]!.slice(1)).toEqual([0, false, expect.objectContaining({ code: 404, url: MANIFEST }), false]);
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    expect(await tries(0)).toBe(2);
    vi.restoreAllMocks();
  });

  test('of an app that retries 403 itself: the replay comes first, without the delay', async () => {
    source.destroy();
    useSource({ tokens: [prefixToken()] });
    const { onSuccess } = load(MANIFEST, { policy: policy({ ...twice, shouldRetry: () => true }) });
    last().fail(403);
    await settle();
    calls[0]!.answer(prefixToken());
    await settle();
    expect(attempts()).toHaveLength(2);
    last().succeed();
    expect(onSuccess.mock.calls[0]![1].retry).toBe(0);
  });

  test('a denial is not retried, not even by such an app', async () => {
    const { onError } = load(MANIFEST, { policy: policy({ ...twice, shouldRetry: () => true }) });
    await settle();
    calls[0]!.fail(Object.assign(new Error('revoked'), { status: 403 }));
    await settle();
    expect(onError.mock.calls[0]![0].code).toBe(403);
    expect(onError.mock.calls[0]![2]).toMatchObject({ code: 'ERR_DENIED' });
    await vi.advanceTimersByTimeAsync(60_000);
    expect([calls.length, onError.mock.calls.length]).toEqual([1, 1]);
  });
});

test('a loader of the app that aborts when it is destroyed: of the one that was refused, hls.js hears no more', async () => {
  class Noisy extends FakeLoader {
    override destroy(): void {
      const { callbacks, context, details } = this;
      callbacks?.onAbort?.(newStats(), context!, details);
      callbacks?.onError({ code: 403, text: 'aborted' }, context!, details, newStats());
    }
  }
  const { onAbort, onError, onSuccess } = load(SEGMENT, { Base: Noisy });
  await settle();
  calls[0]!.answer(token());
  await settle();
  last().fail(403);
  await settle();
  calls[1]!.answer(token());
  await settle();
  expect(attempts()).toHaveLength(2);
  last().succeed();
  await settle();
  expect([onAbort, onError, onSuccess].map(({ mock }) => mock.calls.length)).toEqual([0, 0, 1]);
});

test('a loader that throws from load() after a wait does not leave hls.js without an answer', async () => {
  class Throwing extends FakeLoader {
    override load(): void {
      throw new Error('fetchSetup of the app');
    }
  }
  const { onError } = load(SEGMENT, { Base: Throwing });
  await settle();
  calls[0]!.answer(token());
  await settle();
  expect(onError).toHaveBeenCalledTimes(1);
});

test('two requests that are denied at once fail one a task: hls.js ends the second when it hears of the first', async () => {
  // through promises, as the fragment loader of hls.js does
  const endSecond = (): void => void Promise.resolve().then(() => undefined).then(() => second.loader.destroy());
  const onError = vi.fn(endSecond);
  load(SEGMENT, { callbacks: { onError } });
  const second = load(MANIFEST);
  await settle();
  calls[0]!.fail(Object.assign(new Error('revoked'), { status: 403 }));
  await settle();
  expect(onError).toHaveBeenCalledTimes(1);
  await settle();
  expect(second.onError).not.toHaveBeenCalled();
});
