import type {
  HlsConfig,
  Loader,
  LoaderCallbacks,
  LoaderConfiguration,
  LoaderContext,
  LoaderResponse,
  LoaderStats,
} from 'hls.js';
import { afterEach, beforeEach, vi } from 'vitest';
import type { Token, TokenRequest, TokenSource, TokenSourceOptions } from '../../../packages/core/src/index.ts';
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

export const attempts = (): FakeLoader[] => FakeLoader.made.filter((loader) => 'policy' in loader);
export const last = (): FakeLoader => attempts().at(-1)!;
/** Lets everything that is ready happen, without a millisecond going by. */
export const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

export const policy = (errorRetry: object | null = null, timeoutRetry: object | null = null): LoaderConfiguration =>
  ({
    loadPolicy: { maxTimeToFirstByteMs: 10_000, maxLoadTimeMs: 20_000, errorRetry, timeoutRetry },
    timeout: 10_000,
    maxRetry: 0,
    retryDelay: 0,
    maxRetryDelay: 0,
    highWaterMark: 99,
  }) as never;
export const twice = { maxNumRetry: 2, retryDelayMs: 1000, maxRetryDelayMs: 8000 };

export const callbacks = () => ({ onSuccess: vi.fn(), onError: vi.fn(), onTimeout: vi.fn(), onAbort: vi.fn() });

export let calls: (TokenRequest & {
  answer: (tokens: Token | readonly Token[]) => void;
  fail: (error: unknown) => void;
})[];
export let source: TokenSource;
let number: number;

export const token = (url = SEGMENT, more: Partial<Token> = {}): Token => ({
  url,
  expires: Date.now() / 1000 + 60,
  query: { st: `t${++number}`, e: '9' },
  ...more,
});
export const prefixToken = (more: Partial<Token> = {}): Token => ({
  prefix: 'https://cdn.example/',
  expires: Date.now() / 1000 + 60,
  query: { st: `t${++number}` },
  ...more,
});

/** A source whose endpoint answers when the test says so. */
export function useSource(options: Partial<TokenSourceOptions> = {}): void {
  source = createTokenSource({
    getTokens: (request) => new Promise((answer, fail) => calls.push({ ...request, answer, fail })),
    protect: 'https://cdn.example/',
    retry: { limit: 0 },
    random: () => 0.5,
    ...options,
  });
}

export function load(
  url = SEGMENT,
  more: {
    context?: object;
    policy?: LoaderConfiguration;
    config?: object;
    Base?: unknown;
    callbacks?: object;
    mayOutlast?: LoaderSession['mayOutlast'];
    hasLeftWindow?: LoaderSession['hasLeftWindow'];
  } = {},
) {
  const config = { playlistLoadPolicy: { default: { errorRetry: null } }, ...more.config } as HlsConfig;
  const TokenLoader = createTokenLoader((more.Base ?? FakeLoader) as HlsConfig['loader'], () => ({
    source,
    mayOutlast: more.mayOutlast ?? (() => false),
    hasLeftWindow: more.hasLeftWindow ?? (() => false),
  }));
  const loader = new TokenLoader(config);
  const theirs = { ...callbacks(), ...more.callbacks };
  const context = { url, responseType: 'arraybuffer', ...more.context } as LoaderContext;
  loader.load(context, more.policy ?? policy(), theirs);
  return { loader, context, TokenLoader, ...theirs };
}

/** The first request has been refused, and that with the next token is on its way. */
export async function refuseOnce(): Promise<void> {
  for (const request of [0, 1]) {
    if (request) last().fail(403);
    await settle();
    calls[request]!.answer(token());
    await settle();
  }
}

/** Fake time, a source whose endpoint answers when the test says so, and no loader yet, for every test of a file. */
export function fakeLoaders(): void {
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
}
