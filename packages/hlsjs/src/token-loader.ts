import type { HlsConfig, Loader, LoaderCallbacks, LoaderConfiguration, LoaderContext, LoaderStats } from 'hls.js';
import type { SignOptions, SignedRequest } from 'secure-token-core';
import type { AdapterSource } from 'secure-token-core/adapter';
import {
  hideSignedUrl,
  isOutage,
  replayOf,
  sleep,
  textWithoutToken,
  withTokenHeaders,
  writeUnprotectedRefusal,
} from 'secure-token-core/adapter';
import { noteTokenError } from './hls-events.ts';
import { withSetups } from './request-setups.ts';
import { unsignedResponse } from './unsigned-response.ts';

export type LoaderClass = HlsConfig['loader'];
type Callbacks = LoaderCallbacks<LoaderContext>;
type LoaderError = Parameters<Callbacks['onError']>[0];
type NetworkDetails = Parameters<Callbacks['onError']>[2];

const NOT_FOUND = 404;
/** The status that reports an outage of the signing endpoint: hls.js retries after 5xx. */
const UNAVAILABLE = 503;
/** No status, because no edge has answered: hls.js treats that as final while the viewer is online. */
const NONE = 0;
/** A pause for playlists that arrive a little later: until then hls.js would ask for the same again. */
const pauseForPlaylist = ({ signal }: SignOptions): Promise<undefined> => sleep(1, signal).then(() => undefined);

/** What the loaders of a player share. */
export interface LoaderSession {
  readonly sourceNow: () => AdapterSource;
  /** Whether requests wait through an outage of the signing endpoint, because the player plays. */
  readonly isPatient: () => boolean;
  /** Whether the requested segment may have left the live window. */
  readonly hasLeftWindow: (context: LoaderContext) => boolean;
}

/**
 * Signs requests on the wire, while hls.js knows only their unsigned URLs. The life of a request: it waits for its
 * token, goes out with an inner loader, and is answered, or sent once more if the edge has refused it. Neither a wait nor
 * a replay shows in the statistics, in the time-outs or in the URLs that hls.js sees.
 */
class TokenLoader implements Loader<LoaderContext> {
  context: LoaderContext | null = null;
  /** hls.js reads and keeps this object from the start (frag.stats): each inner loader gets it. */
  readonly stats: LoaderStats;
  readonly #config: HlsConfig;
  readonly #Base: LoaderClass;
  readonly #session: LoaderSession;
  readonly #source: AdapterSource;
  /** `undefined` once destroyed. */
  #inner: Loader<LoaderContext> | undefined;
  /** Whether the inner loader has loaded: a loader loads only once. */
  #isInnerUsed = false;
  #policy!: LoaderConfiguration;
  /** `undefined` before `load` and once destroyed. */
  #callbacks: Callbacks | undefined;
  #waiting: AbortController | undefined;

  constructor(config: HlsConfig, Base: LoaderClass, session: LoaderSession) {
    this.#config = config;
    this.#Base = Base;
    this.#session = session;
    this.#source = session.sourceNow();
    this.#inner = new Base(config);
    this.stats = this.#inner.stats;
  }

  load(context: LoaderContext, policy: LoaderConfiguration, callbacks: Callbacks): void {
    if (this.#callbacks) throw new Error('Loader can only be used once.');
    this.context = context;
    this.#policy = policy;
    this.#callbacks = callbacks;
    const { url, type } = context as { url: string; type?: string };
    // the manifest of an interstitial may belong to an ad server: only the primary player's source is signed by default
    if (type === 'manifest' && !('assetPlayerId' in this.#config)) this.#source.allow(url);
    const ready = this.#source.signNow(url);
    if (ready) this.#send(ready);
    else void this.#wait((how) => this.#source.sign(url, how));
  }

  abort(): void {
    if (!this.#waiting) {
      this.#inner?.abort();
      return;
    }
    this.#endWait();
    this.stats.aborted = true;
    this.#callbacks!.onAbort?.(this.stats, this.context!, null);
  }

  destroy(): void {
    this.#endWait();
    this.#callbacks = undefined;
    this.context = null;
    this.#inner?.destroy();
    this.#inner = undefined;
  }

  getCacheAge = (): number | null => this.#inner?.getCacheAge?.() ?? null;
  getResponseHeader = (name: string): string | null => this.#inner?.getResponseHeader?.(name) ?? null;

  /** Waits for `ask` and sends the request that it resolves to. @param otherwise called if it resolves to none */
  async #wait(ask: (how: SignOptions) => Promise<SignedRequest | undefined>, otherwise?: () => void): Promise<void> {
    this.#waiting = new AbortController();
    const { signal } = this.#waiting;
    // The request looks at any time as if it began at that moment. If it began with its wait, the ABR controller would
    // take it for a slow request, sample its time to first byte and switch down.
    Object.defineProperty(this.stats.loading, 'start', { get: () => performance.now() });
    let goOn = otherwise;
    try {
      const request = await ask({ signal, patient: this.#session.isPatient() });
      if (request) goOn = () => this.#send(request);
    } catch (error) {
      // one error in each task: hls.js stops at the first fatal one, which ends the waits of the other requests
      await sleep(0, signal).catch(() => undefined);
      const told = { code: isOutage(error) ? UNAVAILABLE : NONE, text: String(error) };
      goOn = () => this.#tell(told, error as NetworkDetails);
    }
    if (signal.aborted) return;
    this.#endWait();
    goOn?.();
  }

  #endWait(): void {
    if (!this.#waiting) return;
    this.#waiting.abort();
    this.#waiting = undefined;
    this.stats.loading = { start: performance.now(), first: 0, end: 0 };
  }

  #send(request: SignedRequest): void {
    const context = this.context!;
    const signed = { ...context, url: request.url, headers: withTokenHeaders(context.headers, request.headers) };
    const inner = this.#prepareInner(request, signed);
    const { onProgress } = this.#callbacks!;
    // a loader of the app may call back when it is destroyed: hls.js must not hear of a replaced loader
    const heard = (stats?: LoaderStats): Callbacks | undefined => {
      const callbacks = this.#inner === inner ? this.#callbacks : undefined;
      if (callbacks) Object.assign(this.stats, stats);
      return callbacks;
    };
    try {
      inner.load(signed, this.#policy, {
        onSuccess: (response, stats, _, details) => {
          // a loader of the app may pass no details
          if (details) this.#source.noteAnswer(request, details, true);
          const unsigned = unsignedResponse(response, request, this.#source);
          heard(stats)?.onSuccess(unsigned, this.stats, context, this.#hidden(details));
        },
        onError: (error, _, details, stats) => {
          if (heard(stats)) this.#onError(error, request, details);
        },
        onTimeout: (stats, _, details) => heard(stats)?.onTimeout(this.stats, context, this.#hidden(details)),
        onAbort: (_, __, details) => heard()?.onAbort?.(this.stats, context, this.#hidden(details)),
        // FetchLoader streams only if there is an `onProgress`
        ...(onProgress && {
          onProgress: (stats, _, data, details) => heard(stats)?.onProgress?.(this.stats, context, data, details),
        }),
      });
    } catch (error) {
      // the app's set-up has thrown: after a wait, no caller of this function can catch that
      const told = { code: NONE, text: textWithoutToken(String(error), request) };
      queueMicrotask(() => heard() && this.#tell(told, null));
    }
  }

  #prepareInner(request: SignedRequest, signed: LoaderContext): Loader<LoaderContext> {
    const needsSetups = request.credentials || Object.keys(request.headers).length > 0;
    if (this.#isInnerUsed || needsSetups) {
      const before = this.#inner;
      const { headers } = this.context!;
      this.#inner = new this.#Base(needsSetups ? withSetups(this.#config, request, signed, headers) : this.#config);
      before?.destroy();
      // `Reflect.set` does not throw if a loader of the app has only a getter
      Reflect.set(this.#inner, 'stats', this.stats);
    }
    this.#isInnerUsed = true;
    // hls.js measures from the moment at which the request goes out (ABR, TTFB, time-outs)
    Object.assign(this.stats, { aborted: false, loaded: 0, total: 0, loading: { start: 0, first: 0, end: 0 } });
    return this.#inner!;
  }

  #onError(error: LoaderError, request: SignedRequest, details: NetworkDetails): void {
    const { code, text } = error;
    if (details) this.#source.noteAnswer(request, details, false);
    // loaders report the text of a thrown error; a loader of the app may report no text
    const told = { ...error, text: text && textWithoutToken(text, request) };
    if (!this.#source.isRefusal(request, code)) {
      writeUnprotectedRefusal(this.#source, request, code);
      this.#fail(told, details);
      return;
    }
    const refusal = this.#source.explainRefusal(request, code);
    const replay = (how: SignOptions): Promise<SignedRequest | undefined> => replayOf(this.#source, request, code, how);
    void this.#wait(replay, () => {
      noteTokenError(details, refusal);
      this.#fail(told, details);
    });
  }

  /**
   * Reports a failure. A segment that is gone is reported with a 5xx, because a 404 is final for hls.js, and fatal for
   * subtitles and a single rendition: it would never load the present segments of the stream. After a 5xx it looks for
   * the position of the stream.
   */
  #fail(error: LoaderError, details: NetworkDetails): void {
    if (error.code !== NOT_FOUND || !this.#session.hasLeftWindow(this.context!)) this.#tell(error, details);
    else void this.#wait(pauseForPlaylist, () => this.#tell({ ...error, code: UNAVAILABLE }, details));
  }

  #tell(error: LoaderError, details: NetworkDetails): void {
    this.#callbacks!.onError(error, this.context!, this.#hidden(details), this.stats);
  }

  /** Makes the `networkDetails` of hls.js show the unsigned URL. */
  #hidden<T>(details: T): T {
    hideSignedUrl(details, this.#source);
    return details;
  }
}

/** Returns a loader class that signs the requests of `Base`. */
export function createTokenLoader(Base: LoaderClass, session: LoaderSession): LoaderClass {
  return class extends TokenLoader {
    constructor(config: HlsConfig) {
      super(config, Base, session);
    }
  };
}
