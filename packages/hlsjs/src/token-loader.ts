import type { HlsConfig, Loader, LoaderCallbacks, LoaderConfiguration, LoaderContext, LoaderResponse } from 'hls.js';
import type { SignedRequest, TokenSource } from 'secure-token-core';
import { hideSignedUrl, isSecureTokenError, replayOf } from 'secure-token-core';
import { withCredentials } from './with-credentials.ts';

type LoaderClass = HlsConfig['loader'];

/** Never settles once `signal` aborts. */
const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => clearTimeout(timer));
  });

/**
 * A loader class around `Base` that signs on the wire what hls.js knows by its unsigned URL. A wait for a token or a
 * replay leaves no trace: not in the statistics, not in the time-outs, not in the URLs that hls.js sees.
 *
 * @param sourceNow the token source of the player at this moment
 */
export function createTokenLoader(Base: LoaderClass, sourceNow: () => TokenSource): LoaderClass {
  return function (config: HlsConfig): Loader<LoaderContext> {
    const source = sourceNow();
    let inner: Loader<LoaderContext> | undefined = new Base(config);
    // hls.js reads and keeps this object from the start (frag.stats)
    const { stats } = inner;
    let context: LoaderContext;
    let policy: LoaderConfiguration;
    let callbacks: LoaderCallbacks<LoaderContext> | undefined;
    let waiting: AbortController | undefined;
    let isUsed = false;

    const stopWaiting = (): void => {
      waiting?.abort();
      waiting = undefined;
    };

    /** Sends what `ask` resolves to; `otherwise` if that is nothing. */
    const wait = (ask: (signal: AbortSignal) => Promise<SignedRequest | undefined>, otherwise?: () => void): void => {
      if (!callbacks) return;
      const { signal } = (waiting = new AbortController());
      // never 0 while under way: the ABR controller would take it for a request as old as the page
      stats.loading.start ||= performance.now();
      ask(signal)
        .then((request) => {
          if (signal.aborted) return;
          waiting = undefined;
          if (request) send(request);
          else otherwise!();
        })
        // one a task: hls.js stops at the first fatal error, and that ends the others' wait
        .catch((error: unknown) => sleep(0, signal).then(() => signal.aborted || fail(error)));
    };

    const send = (request: SignedRequest): void => {
      const { url, headers, credentials } = request;
      const { onProgress } = callbacks!;
      if (isUsed || credentials) {
        const before = inner;
        inner = new Base(credentials ? withCredentials(config) : config);
        before?.destroy();
        // does not throw where a loader of the app has a getter only
        Reflect.set(inner, 'stats', stats);
      }
      isUsed = true;
      const mine = inner!;
      // a loader of the app may abort when it is destroyed: hls.js must not hear of that one any more
      const heard = (): typeof callbacks => (inner === mine ? callbacks : undefined);
      // hls.js measures from the moment the request goes out (ABR, TTFB, time-outs)
      Object.assign(stats, { aborted: false, loaded: 0, total: 0 });
      Object.assign(stats.loading, { start: 0, first: 0, end: 0 });
      mine.load(
        { ...context, url, headers: { ...context.headers, ...headers } },
        { ...policy, loadPolicy: { ...policy.loadPolicy, errorRetry: null, timeoutRetry: null } },
        {
          // hls.js recognises its requests by the context object: it gets the original back, unsigned
          onSuccess: (response, theirs, _, details) => {
            heard()?.onSuccess(unsign(response, request), Object.assign(stats, theirs), context, unsigned(details));
          },
          onTimeout: (_, __, details) => heard() && (retry(true) || callbacks!.onTimeout(stats, context, unsigned(details))),
          onAbort: (_, __, details) => heard()?.onAbort?.(stats, context, unsigned(details)),
          onError: (error, _, details) =>
            heard() &&
            wait(
              (signal) => replayOf(source, request, error.code, { signal }),
              () => retry(false, error.code) || callbacks!.onError(error, context, unsigned(details), stats),
            ),
          // FetchLoader streams only if somebody listens
          ...(onProgress && { onProgress: (_, __, data, details) => onProgress(stats, context, data, unsigned(details)) }),
        },
      );
    };

    /** What hls.js hands out as `networkDetails`. */
    const unsigned = <T>(details: T): T => {
      hideSignedUrl(details, source);
      return details;
    };

    const unsign = (response: LoaderResponse, { token }: SignedRequest): LoaderResponse => {
      const { data } = response;
      const url = response.url && source.unsign(response.url);
      const text = typeof data === 'string' && data.startsWith('#EXTM3U') ? data : '';
      if (text) source.learn(url || context.url, text);
      // EXT-X-DEFINE:QUERYPARAM reads the token from the URL of the playlist (RFC 8216bis §4.4.2.3)
      const isRead = Object.keys(token?.query ?? {}).some((name) => text.includes(`QUERYPARAM="${name}"`));
      return isRead ? response : { ...response, url };
    };

    /** hls.js leaves it to the loader to try manifests, keys and steering again: signed anew each time. */
    const retry = (isTimeout: boolean, code = 0, rule = policy.loadPolicy[isTimeout ? 'timeoutRetry' : 'errorRetry']): boolean => {
      const { url } = context;
      const count = stats.retry;
      if (!rule) return false;
      // as hls.js decides (error-helper.ts): not after 4xx, nor after 0 unless offline
      const isWorthIt = count < rule.maxNumRetry && (isTimeout || (code ? code < 400 || code > 499 : !navigator.onLine));
      const response = isTimeout ? undefined : { url, data: '', code };
      if (!(rule.shouldRetry ? rule.shouldRetry(rule, count, isTimeout, response, isWorthIt) : isWorthIt)) return false;
      stats.retry++;
      const delay = rule.retryDelayMs * (rule.backoff === 'linear' ? 1 : 2 ** count);
      wait((signal) => sleep(Math.min(delay, rule.maxRetryDelayMs), signal).then(() => source.sign(url, { signal })));
      return true;
    };

    /**
     * The signing endpoint failed us. An outage is retried like a 5xx, here also for media playlists: it hits all of them
     * at once, and hls.js counts their errors together (error-controller.ts). What is final looks like a 403.
     */
    const fail = (error: unknown): void => {
      const isFinal = isSecureTokenError(error) && error.code !== 'ERR_SIGNING_UNAVAILABLE';
      const code = isFinal ? 403 : 503;
      waiting = undefined;
      const { type } = context as { type?: string };
      const { errorRetry } = /level|Track/.test(type!) ? config.playlistLoadPolicy.default : policy.loadPolicy;
      if (isFinal || !retry(false, code, errorRetry)) callbacks!.onError({ code, text: String(error) }, context, error as never, stats);
    };

    const loader: Loader<LoaderContext> = {
      context: null,
      stats,
      load(theirContext, configuration, theirs) {
        if (callbacks) throw new Error('Loader can only be used once.');
        loader.context = context = theirContext;
        policy = configuration;
        callbacks = theirs;
        const { url, type } = context as { url: string; type?: string };
        // an interstitial's manifest may belong to an ad server: only the primary player's source is protected unasked
        if (type === 'manifest' && !(config as { assetPlayerId?: string }).assetPlayerId) source.allow(url);
        const ready = source.peek(url);
        if (ready) send(ready);
        else wait((signal) => source.sign(url, { signal }));
      },
      abort() {
        if (waiting) {
          stopWaiting();
          stats.aborted = true;
          callbacks!.onAbort?.(stats, context, null);
        } else inner?.abort();
      },
      destroy() {
        stopWaiting();
        callbacks = undefined;
        loader.context = null;
        inner?.destroy();
        inner = undefined;
      },
      getCacheAge: () => inner?.getCacheAge?.() ?? null,
      getResponseHeader: (name) => inner?.getResponseHeader?.(name) ?? null,
    };
    return loader;
  } as never;
}
