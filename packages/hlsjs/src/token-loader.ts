import type {
  HlsConfig,
  Loader,
  LoaderCallbacks,
  LoaderConfiguration,
  LoaderContext,
  LoaderResponse,
  LoaderStats,
  RetryConfig,
} from 'hls.js';
import type { SignOptions, SignedRequest, TokenSource } from 'secure-token-core';
import {
  adoptToken,
  errorWithoutToken,
  hideSignedUrl,
  isOutage,
  keepAsking,
  noteAccepted,
  noteSentTo,
  refusalOf,
  replayOf,
  textWithoutToken,
  withTokenHeaders,
  writeUnprotectedRefusal,
} from 'secure-token-core/adapter';
import type { Outgoing } from './headers-elsewhere.ts';
import { withHeadersKept } from './headers-elsewhere.ts';
import { NONE, UNAVAILABLE, retryDelay, ruleFor, ruleForOutage } from './retry-policy.ts';
import { sleep } from './sleep.ts';
import { noteTokenError } from './token-errors.ts';
import { noteSigned } from './unsigned-requests.ts';
import { unsignedResponse } from './unsigned-response.ts';
import { withCredentials } from './with-credentials.ts';

type LoaderClass = HlsConfig['loader'];
type Callbacks = LoaderCallbacks<LoaderContext>;
type LoaderError = Parameters<Callbacks['onError']>[0];
const NOT_FOUND = 404;
/** A pause for playlists that arrive a little later: until then hls.js would request the same segment again. */
const GONE_PAUSE_MS = 1000;

type NetworkDetails = Parameters<Callbacks['onError']>[2];

/** Returns the URL to which a request went: an xhrSetup of the app may have opened another one. Empty if unknown. */
const urlOf = (details: unknown): string => {
  const { responseURL, url } = (details ?? {}) as { responseURL?: string; url?: string };
  return responseURL ?? url ?? '';
};

/** The token source of a player, and the rules for waiting, which all its loaders share. */
export interface LoaderSession {
  readonly source: TokenSource;
  /** Tells whether such a request waits through an outage. */
  readonly mayOutlast: (context: LoaderContext) => boolean;
  /** Tells whether the requested segment may have left the live window meanwhile. */
  readonly hasLeftWindow: (context: LoaderContext) => boolean;
}

/**
 * Signs requests on the wire, while hls.js knows only their unsigned URLs. The life of a request: it waits for its
 * token, goes out with an inner loader, and is answered, sent once more if the edge has refused it, or retried. Neither
 * a wait nor a replay shows in the statistics, in the time-outs or in the URLs that hls.js sees.
 */
class TokenLoader implements Loader<LoaderContext> {
  context: LoaderContext | null = null;
  /** hls.js reads and keeps this object from the start (frag.stats): each inner loader gets it. */
  readonly stats: LoaderStats;
  readonly #config: HlsConfig;
  readonly #Base: LoaderClass;
  readonly #session: LoaderSession;
  readonly #source: TokenSource;
  /** `undefined` once destroyed. */
  #inner: Loader<LoaderContext> | undefined;
  /** The request that the inner loader loads. */
  #outgoing!: Outgoing;
  /** Whether the inner loader has loaded: a loader loads only once. */
  #isInnerUsed = false;
  #context!: LoaderContext;
  #policy!: LoaderConfiguration;
  /** `undefined` before `load` and once destroyed. */
  #callbacks: Callbacks | undefined;
  /** The wait for a token, or for the next try. */
  #waiting: AbortController | undefined;

  constructor(config: HlsConfig, Base: LoaderClass, session: LoaderSession) {
    this.#config = withHeadersKept(config, () => this.#outgoing);
    this.#Base = Base;
    this.#session = session;
    this.#source = session.source;
    this.#inner = new Base(this.#config);
    this.stats = this.#inner.stats;
  }

  load(context: LoaderContext, policy: LoaderConfiguration, callbacks: Callbacks): void {
    if (this.#callbacks) throw new Error('Loader can only be used once.');
    this.context = this.#context = context;
    this.#policy = policy;
    this.#callbacks = callbacks;
    const { url, type } = context as { url: string; type?: string };
    // the manifest of an interstitial may belong to an ad server: only the primary player's source is signed by default
    const { assetPlayerId } = this.#config as { assetPlayerId?: string };
    if (type === 'manifest' && !assetPlayerId) this.#source.allow(url);
    this.#try((request) => this.#send(request));
  }

  abort(): void {
    if (!this.#waiting) {
      this.#inner?.abort();
      return;
    }
    this.#stopWaiting();
    this.stats.aborted = true;
    this.#callbacks!.onAbort?.(this.stats, this.#context, null);
  }

  destroy(): void {
    this.#stopWaiting();
    this.#callbacks = undefined;
    this.context = null;
    this.#inner?.destroy();
    this.#inner = undefined;
  }

  getCacheAge(): number | null {
    return this.#inner?.getCacheAge?.() ?? null;
  }

  getResponseHeader(name: string): string | null {
    return this.#inner?.getResponseHeader?.(name) ?? null;
  }

  #stopWaiting(): void {
    this.#waiting?.abort();
    this.#endWait();
  }

  #endWait(): void {
    if (!this.#waiting) return;
    this.#waiting = undefined;
    this.stats.loading.start = performance.now();
  }

  /** Sends the request, at once if a token is at hand. */
  #try(send: (request: SignedRequest) => void): void {
    const { url } = this.#context;
    const ready = this.#source.signNow(url);
    if (ready) send(ready);
    else void this.#sendOnce((how) => this.#source.sign(url, how));
  }

  /** Waits for the signed request of `ask` and sends it; calls `otherwise` if there is none. */
  async #sendOnce(
    ask: (how: SignOptions) => Promise<SignedRequest | undefined>,
    otherwise: () => void = () => undefined,
  ): Promise<void> {
    const signal = this.#wait();
    let signed: SignedRequest | undefined;
    try {
      const mayWait = (error: unknown): boolean => isOutage(error) && this.#session.mayOutlast(this.#context);
      signed = await keepAsking({ source: this.#source, signal, ask, mayWait });
    } catch (error) {
      // one error in each task: hls.js stops at the first fatal one, which ends the waits of the other requests
      await sleep(0, signal);
      if (!signal.aborted) this.#onSigningFailed(error);
      return;
    }
    if (signal.aborted) return;
    this.#endWait();
    if (signed) this.#sendUnheard(signed);
    else otherwise();
  }

  /** Sends `request` after a wait. No caller can catch an error of the inner loader then, so it is reported. */
  #sendUnheard(request: SignedRequest): void {
    try {
      this.#send(request);
    } catch (error) {
      this.#callbacks?.onError({ code: NONE, text: String(error) }, this.#context, null, this.stats);
    }
  }

  /** Begins a wait. Returns the signal that ends it. */
  #wait(): AbortSignal {
    this.#waiting = new AbortController();
    this.#keepBeginning();
    return this.#waiting.signal;
  }

  #send(request: SignedRequest): void {
    const { url, headers, credentials } = request;
    noteSigned(this.#source, request);
    const { onProgress } = this.#callbacks!;
    const inner = this.#prepareInner(credentials);
    // a loader of the app may abort when it is destroyed: hls.js must not get callbacks of a replaced loader
    const heard = (): Callbacks | undefined => (this.#inner === inner ? this.#callbacks : undefined);
    // the inner loader writes the time-out that it used into `policy`, and `ended` reports it to hls.js
    const policy = {
      ...this.#policy,
      loadPolicy: { ...this.#policy.loadPolicy, errorRetry: null, timeoutRetry: null },
    };
    const ended = (stats?: LoaderStats): void => {
      Object.assign(this.stats, stats);
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- what hls.js prints
      this.#policy.timeout = policy.timeout;
    };
    const own = this.#context.headers;
    const context = { ...this.#context, url, headers: withTokenHeaders(own, headers) };
    this.#outgoing = { context, headers: own, tokenHeaders: Object.keys(headers) };
    const innerCallbacks: Callbacks = {
      onSuccess: (response, stats, _, details) => {
        if (heard()) this.#onSuccess(response, Object.assign(this.stats, stats), request, details);
      },
      onError: (error, _, details, stats) => {
        if (!heard()) return;
        ended(stats);
        this.#onError(error, request, details);
      },
      onTimeout: (stats, _, details) => {
        if (!heard()) return;
        ended(stats);
        this.#onTimeout(details);
      },
      onAbort: (_, __, details) => heard()?.onAbort?.(this.stats, this.#context, this.#unsigned(details)),
      // FetchLoader streams only if there is an `onProgress`
      ...(onProgress && {
        onProgress: (_, __, data, details) => onProgress(this.stats, this.#context, data, this.#unsigned(details)),
      }),
    };
    try {
      inner.load(context, policy, innerCallbacks);
    } catch (error) {
      // hls.js puts the error into an event
      throw errorWithoutToken(error, request);
    }
  }

  #prepareInner(credentials: boolean): Loader<LoaderContext> {
    if (this.#isInnerUsed || credentials) {
      const before = this.#inner;
      this.#inner = new this.#Base(credentials ? withCredentials(this.#config) : this.#config);
      before?.destroy();
      // `Reflect.set` does not throw if a loader of the app has only a getter
      Reflect.set(this.#inner, 'stats', this.stats);
    }
    this.#isInnerUsed = true;
    // hls.js measures from the moment at which the request goes out (ABR, TTFB, time-outs)
    Object.assign(this.stats, { aborted: false, loaded: 0, total: 0 });
    Object.assign(this.stats.loading, { start: 0, first: 0, end: 0 });
    return this.#inner!;
  }

  #onSuccess(response: LoaderResponse, stats: LoaderStats, request: SignedRequest, details: NetworkDetails): void {
    // a loader of the app may pass no details
    noteAccepted(request, urlOf(details));
    if (details) adoptToken(this.#source, request, details);
    const unsigned = unsignedResponse(response, request, this.#source);
    // hls.js recognises its requests by the context object: it gets the original back
    this.#callbacks!.onSuccess(unsigned, stats, this.#context, this.#unsigned(details));
  }

  #onError(told: LoaderError, request: SignedRequest, details: NetworkDetails): void {
    // loaders report the text of a thrown error; a loader of the app may report no text
    const error = { ...told, text: told.text && textWithoutToken(told.text, request) };
    const fail = (): void => {
      if (this.#retry(false, error.code)) return;
      if (this.#isGone(error)) void this.#tellGone(error, details);
      else this.#callbacks!.onError(error, this.#context, this.#unsigned(details), this.stats);
    };
    noteSentTo(request, urlOf(details));
    const refusal = refusalOf(this.#source, request, error.code);
    if (!refusal) {
      if (__DEVELOPMENT__) writeUnprotectedRefusal(this.#source, request, error.code);
      fail();
      return;
    }
    void this.#sendOnce(
      (how) => replayOf(this.#source, request, error.code, how),
      () => {
        noteTokenError(details, refusal);
        fail();
      },
    );
  }

  /** Tells whether a segment is gone from the server, because a wait for a token has outlasted the live window. */
  #isGone({ code }: LoaderError): boolean {
    const { mayOutlast, hasLeftWindow } = this.#session;
    return code === NOT_FOUND && mayOutlast(this.#context) && hasLeftWindow(this.#context);
  }

  /**
   * Reports a segment that is gone with a 5xx. For hls.js a 404 is final, and fatal for subtitles and a single
   * rendition: it would never load the present segments of the stream. After a 5xx it looks for the position of the
   * stream.
   */
  async #tellGone(error: LoaderError, details: NetworkDetails): Promise<void> {
    await sleep(GONE_PAUSE_MS, this.#wait());
    this.#endWait();
    this.#callbacks!.onError({ ...error, code: UNAVAILABLE }, this.#context, this.#unsigned(details), this.stats);
  }

  #onTimeout(details: NetworkDetails): void {
    if (!this.#retry(true, NONE)) this.#callbacks!.onTimeout(this.stats, this.#context, this.#unsigned(details));
  }

  /** Handles a failure of the signing endpoint. An outage is retried like a 5xx; any other failure is final. */
  #onSigningFailed(error: unknown): void {
    this.#endWait();
    const isFinal = !isOutage(error);
    const rule = ruleForOutage(this.#context, this.#config, this.#policy);
    if (!isFinal && this.#retry(false, UNAVAILABLE, rule)) return;
    const reported = { code: isFinal ? NONE : UNAVAILABLE, text: String(error) };
    this.#callbacks!.onError(reported, this.#context, error as NetworkDetails, this.stats);
  }

  /**
   * Makes a waiting request look at any time as if it began at that moment. If it began with its wait, the ABR
   * controller would take it for a slow request, sample its time to first byte and switch down. If it began at 0, the
   * ABR controller would take it for as old as the page.
   */
  #keepBeginning(): void {
    const { loading } = this.stats;
    Object.defineProperty(loading, 'start', {
      configurable: true,
      enumerable: true,
      get: () => performance.now(),
      // a time that is written replaces the getter
      set: (value: number) => Object.defineProperty(loading, 'start', { value, writable: true }),
    });
  }

  /**
   * Retries the request, signed anew, if `rule` allows that, and returns whether it does. hls.js leaves retries of
   * manifests, keys and steering to the loader.
   */
  #retry(
    isTimeout: boolean,
    code: number,
    rule: RetryConfig | null = ruleFor(this.#policy.loadPolicy, isTimeout),
  ): boolean {
    const { url } = this.#context;
    const delay = retryDelay(rule, { url, isTimeout, code, retries: this.stats.retry });
    if (delay === undefined) return false;
    this.stats.retry++;
    const timer = setTimeout(() => {
      this.#endWait();
      this.#try((request) => this.#sendUnheard(request));
    }, delay);
    this.#wait().addEventListener('abort', () => clearTimeout(timer));
    return true;
  }

  /** Makes the `networkDetails` of hls.js show the unsigned URL. */
  #unsigned<T>(details: T): T {
    hideSignedUrl(details, this.#source);
    return details;
  }
}

/**
 * Returns a loader class that signs the requests of `Base`.
 * @param sessionNow returns the token source of the player at this moment, and its rules for waiting
 */
export function createTokenLoader(Base: LoaderClass, sessionNow: () => LoaderSession): LoaderClass {
  return class extends TokenLoader {
    constructor(config: HlsConfig) {
      super(config, Base, sessionNow());
    }
  };
}
