import type { HlsConfig, Loader, LoaderCallbacks, LoaderConfiguration, LoaderContext, LoaderResponse, LoaderStats } from 'hls.js';
import type { SignedRequest, TokenSource } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';
import { withCredentials } from './with-credentials.ts';

type LoaderClass = HlsConfig['loader'];
type Callbacks = LoaderCallbacks<LoaderContext>;

/** Puts the clock of `stats` at zero: hls.js measures from the moment the request goes out (ABR, TTFB, time-outs). */
function restart(stats: LoaderStats, start: number): void {
  Object.assign(stats, { aborted: false, loaded: 0, total: 0 });
  Object.assign(stats.loading, { start, first: 0, end: 0 });
}

/**
 * A loader class around `Base` that signs on the wire what hls.js knows by its unsigned URL. A wait for a token or a
 * replay leaves no trace: not in the statistics, not in the time-outs, not in the URLs that hls.js sees.
 */
export function createTokenLoader(Base: LoaderClass, source: TokenSource): LoaderClass {
  return class TokenLoader implements Loader<LoaderContext> {
    context: LoaderContext | null = null;
    stats: LoaderStats;
    #config: HlsConfig;
    #inner: Loader<LoaderContext> | undefined;
    #policy!: LoaderConfiguration;
    #callbacks: Callbacks | undefined;
    #waiting: AbortController | undefined;
    #timer: ReturnType<typeof setTimeout> | undefined;

    constructor(config: HlsConfig) {
      this.#config = config;
      this.#inner = new Base(config);
      // hls.js reads and keeps this object from the start (frag.stats)
      this.stats = this.#inner.stats;
    }

    load(context: LoaderContext, policy: LoaderConfiguration, callbacks: Callbacks): void {
      if (this.context) throw new Error('Loader can only be used once.');
      this.context = context;
      this.#policy = policy;
      this.#callbacks = callbacks;
      // an interstitial's manifest may belong to an ad server: only the primary player's source is protected unasked
      const { type } = context as { type?: string };
      if (type === 'manifest' && !(this.#config as { assetPlayerId?: string }).assetPlayerId) source.allow(context.url);
      this.#start();
    }

    abort(): void {
      if (this.#waiting ?? this.#timer) {
        this.#stopWaiting();
        this.stats.aborted = true;
        this.#callbacks?.onAbort?.(this.stats, this.context!, null);
      } else this.#inner?.abort();
    }

    destroy(): void {
      this.#stopWaiting();
      this.#callbacks = undefined;
      this.context = null;
      this.#dropInner();
    }

    getCacheAge(): number | null {
      return this.#inner?.getCacheAge?.() ?? null;
    }

    getResponseHeader(name: string): string | null {
      return this.#inner?.getResponseHeader?.(name) ?? null;
    }

    #start(): void {
      const { url } = this.context!;
      const ready = source.peek(url);
      if (ready) this.#send(ready);
      else this.#wait((signal) => source.sign(url, { signal }));
    }

    #stopWaiting(): void {
      this.#waiting?.abort();
      clearTimeout(this.#timer);
      this.#waiting = this.#timer = undefined;
    }

    #dropInner(): void {
      const { aborted } = this.stats;
      this.#inner?.destroy();
      this.#inner = undefined;
      // FetchLoader marks its statistics as aborted when it is destroyed
      this.stats.aborted = aborted;
    }

    /** Waits for what `ask` resolves to and sends it; `otherwise` if that is nothing. */
    #wait(ask: (signal: AbortSignal) => Promise<SignedRequest | undefined>, otherwise?: () => void): void {
      const waiting = (this.#waiting = new AbortController());
      const { stats } = this;
      // never 0 while under way: the ABR controller would take it for a request as old as the page
      if (!stats.loading.start) stats.loading.start = performance.now();
      const finish = (next: () => void): void => {
        if (this.#waiting !== waiting) return;
        this.#waiting = undefined;
        next();
      };
      ask(waiting.signal).then(
        (request) => finish(() => (request ? this.#send(request) : otherwise?.())),
        (error: unknown) => finish(() => this.#fail(error)),
      );
    }

    #send(request: SignedRequest): void {
      const { stats } = this;
      const context = this.context!;
      const callbacks = this.#callbacks!;
      let inner = this.#inner;
      if (!inner || request.credentials) {
        this.#dropInner();
        inner = this.#inner = new Base(request.credentials ? withCredentials(this.#config) : this.#config);
        inner.stats = stats;
      }
      restart(stats, 0);
      // hls.js recognises its requests by the context object: it gets the original back, unsigned
      const signed = { ...context, url: request.url, headers: { ...context.headers, ...request.headers } };
      const ours: Callbacks = {
        onSuccess: (response, _, __, details) => callbacks.onSuccess(this.#unsign(response, request), stats, context, details),
        onTimeout: (_, __, details) => callbacks.onTimeout(stats, context, details),
        onAbort: (_, __, details) => callbacks.onAbort?.(stats, context, details),
        onError: (error, _, details) =>
          this.#wait(
            (signal) => source.refused(request, error.code, { signal }).then((replay) => (replay && this.#dropInner(), replay)),
            () => callbacks.onError(error, context, details, stats),
          ),
      };
      // FetchLoader streams only if somebody listens
      const { onProgress } = callbacks;
      if (onProgress) ours.onProgress = (_, __, data, details) => onProgress(stats, context, data, details);
      inner.load(signed, this.#policy, ours);
    }

    #unsign(response: LoaderResponse, { token }: SignedRequest): LoaderResponse {
      const { url, data } = response;
      const text = typeof data === 'string' && data.startsWith('#EXTM3U') ? data : '';
      if (text) source.learn(this.context!.url, text);
      // EXT-X-DEFINE:QUERYPARAM reads the token from the URL of the playlist (RFC 8216bis §4.4.2.3)
      const isRead = Object.keys(token?.query ?? {}).some((name) => text.includes(`QUERYPARAM="${name}"`));
      return isRead ? response : { ...response, url: source.unsign(url) };
    }

    /** The signing endpoint failed us. An outage is retried like a 5xx; what is final looks like a 403. */
    #fail(error: unknown): void {
      const { stats } = this;
      const context = this.context!;
      const final = isSecureTokenError(error) && error.code !== 'ERR_SIGNING_UNAVAILABLE';
      const response = { code: final ? 403 : 503, text: String(error) };
      const { errorRetry } = this.#policy.loadPolicy;
      // manifests, keys and steering are retried by their loader, so by us
      if (errorRetry && !final) {
        const { maxNumRetry, retryDelayMs, maxRetryDelayMs, backoff, shouldRetry } = errorRetry;
        const { retry } = stats;
        const again = retry < maxNumRetry;
        if (shouldRetry?.(errorRetry, retry, false, { url: context.url, data: '', ...response }, again) ?? again) {
          stats.retry++;
          const delay = retryDelayMs * (backoff === 'linear' ? 1 : 2 ** retry);
          this.#timer = setTimeout(() => {
            this.#timer = undefined;
            this.#start();
          }, Math.min(delay, maxRetryDelayMs));
          return;
        }
      }
      this.#callbacks!.onError(response, context, error as never, stats);
    }
  };
}
