import type { HlsConfig, Loader, LoaderCallbacks, LoaderConfiguration, LoaderContext, LoaderStats } from 'hls.js';
import { afterEach, beforeEach, vi } from 'vitest';
import type { AdapterSource } from '../../../packages/core/src/adapter.ts';
import type { Token, TokenRequest, TokenSourceOptions } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import type { LoaderSession } from '../../../packages/hlsjs/src/token-loader.ts';
import { createTokenLoader } from '../../../packages/hlsjs/src/token-loader.ts';

export const SEGMENT = 'https://cdn.example/vod/s1.ts';
export const MANIFEST = 'https://cdn.example/vod/master.m3u8';

export const newStats = (): LoaderStats => ({
  aborted: false,
  loaded: 0,
  retry: 0,
  total: 0,
  chunkCount: 0,
  bwEstimate: 0,
  loading: { start: 0, first: 0, end: 0 },
  parsing: { start: 0, end: 0 },
  buffering: { start: 0, first: 0, end: 0 },
});

/** A loader that behaves like those of hls.js (base-loader.ts) and does nothing until told to. */
export class FakeLoader implements Loader<LoaderContext> {
  static made: FakeLoader[] = [];
  stats = newStats();
  context: LoaderContext | null = null;
  declare policy: LoaderConfiguration;
  callbacks: LoaderCallbacks<LoaderContext> | null = null;
  isDestroyed = false;
  declare details: XMLHttpRequest;

  constructor(readonly config: HlsConfig) {
    FakeLoader.made.push(this);
  }
  load(context: LoaderContext, policy: LoaderConfiguration, callbacks: LoaderCallbacks<LoaderContext>): void {
    if (this.stats.loading.start) throw new Error('Loader can only be used once.');
    this.stats.loading.start = performance.now();
    // like an XMLHttpRequest, which tells where the request went
    Object.assign(this, { context, policy, callbacks, details: Object.create({ responseURL: context.url }) as object });
  }
  abort(): void {
    this.stats.aborted = true;
    this.callbacks?.onAbort?.(this.stats, this.context!, this.details);
  }
  destroy(): void {
    // FetchLoader does this to loads that have not ended
    if (!this.stats.loading.end) this.stats.aborted = true;
    this.isDestroyed = true;
    this.context = null;
    this.callbacks = null;
    this.stats = null as never;
  }
  getCacheAge = (): number => 17;
  getResponseHeader = (name: string): string => `value of ${name}`;

  succeed(data = 'body', url = this.context!.url): void {
    Object.assign(this.stats.loading, { first: this.stats.loading.start + 5, end: this.stats.loading.start + 9 });
    this.callbacks?.onSuccess({ url, data, code: 200 }, this.stats, this.context!, this.details);
  }
  fail(code: number, text = 'refused'): Promise<unknown> {
    Object.assign(this.stats, { loaded: 321, total: 321 });
    this.stats.loading.first = this.stats.loading.start + 5;
    this.callbacks?.onError({ code, text }, this.context!, this.details, this.stats);
    return settle();
  }
}

/** An XMLHttpRequest with as much of the browser's as hls.js uses. */
export class FakeXhr {
  static sent: FakeXhr[] = [];
  readyState = 0;
  withCredentials = false;
  url = '';
  headers: Record<string, string> = {};
  open(_: string, url: string): void {
    Object.assign(this, { url, headers: {}, readyState: 1 });
  }
  setRequestHeader(name: string, value: string): void {
    if (!this.readyState) throw new Error('InvalidStateError');
    this.headers[name] = value;
  }
  send(): void {
    FakeXhr.sent.push(this);
  }
}

export const attempts = (): FakeLoader[] => FakeLoader.made.filter((loader) => 'policy' in loader);
export const last = (): FakeLoader => attempts().at(-1)!;
/** Lets everything that is ready happen, without a millisecond going by. */
export const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

export const policy = (errorRetry: object | null = null): LoaderConfiguration =>
  ({ loadPolicy: { maxTimeToFirstByteMs: 10_000, maxLoadTimeMs: 20_000, errorRetry, timeoutRetry: null } }) as never;
export const twice = { maxNumRetry: 2, retryDelayMs: 1000, maxRetryDelayMs: 8000 };

export let calls: (TokenRequest & { answer: (tokens: Token) => void; fail: (error: unknown) => void })[];
export let source: AdapterSource;
let number: number;

const token = (more: Partial<Token> = {}): Token => ({
  prefix: 'https://cdn.example/',
  expires: Date.now() / 1000 + 60,
  query: { st: `t${++number}` },
  ...more,
});
/** Lets the signing endpoint answer its last call. */
export function answer(): Promise<unknown> {
  calls.at(-1)?.answer(token());
  return settle();
}
/** Lets the last call fail: in an outage, or with a denial. */
export function failCall(status?: 403): Promise<unknown> {
  calls.at(-1)!.fail(Object.assign(new Error('no'), { status }));
  return settle();
}

/** Replaces the source by one whose endpoint answers when the test says so. */
export function useSource(options: Partial<TokenSourceOptions> = {}): void {
  source.destroy();
  source = createTokenSource({
    getTokens: (request) => new Promise((resolve, fail) => calls.push({ ...request, answer: resolve, fail })),
    protect: 'https://cdn.example/',
    retry: { limit: 0 },
    random: () => 0.5,
    ...options,
  }) as AdapterSource;
}
/** Replaces the source by one that has a token. */
export const useToken = (more?: Partial<Token>): void => useSource({ tokens: [token(more)] });

type Session = Partial<LoaderSession>;
type Loading = Session & { context?: object; policy?: object; config?: object; Base?: unknown; callbacks?: object };
export function load(url = SEGMENT, { context: more, config = {}, Base = FakeLoader, ...rest }: Loading = {}) {
  const session = { sourceNow: () => source, isPatient: () => false, hasLeftWindow: () => false, ...rest };
  const loader = new (createTokenLoader(Base as HlsConfig['loader'], session))(config as HlsConfig);
  const spies = { onSuccess: vi.fn(), onError: vi.fn(), onTimeout: vi.fn(), onAbort: vi.fn(), onProgress: vi.fn() };
  const context = { url, responseType: 'arraybuffer', ...more } as LoaderContext;
  loader.load(context, (rest.policy ?? policy()) as LoaderConfiguration, { ...spies, ...rest.callbacks });
  /** The names of the callbacks that hls.js got, in the order of `spies`. */
  const heard = (): string[] => Object.entries(spies).flatMap(([name, { mock }]) => mock.calls.map(() => name));
  return { loader, context, heard, ...spies };
}

/** Fake time, a source whose endpoint answers when the test says so, and no loader yet, for every test of a file. */
export function fakeLoaders(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    // a request that begins at 0 would look as if it had never begun
    vi.advanceTimersByTime(5000);
    FakeLoader.made = [];
    calls = [];
    number = 0;
    source = createTokenSource('https://api.example/token') as AdapterSource;
    useSource();
  });
  afterEach(() => {
    source.destroy();
    vi.useRealTimers();
  });
}
