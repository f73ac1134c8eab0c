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
/** For playlists, which may be a little later: hls.js would ask for the same segment until it has them. */
const GONE_PAUSE_MS = 1000;

type NetworkDetails = Parameters<Callbacks['onError']>[2];

/** Where a request went in the end: an xhrSetup of the app may have opened another URL. Empty if nobody tells. */
const urlOf = (details: unknown): string => {
  const { responseURL, url } = (details ?? {}) as { responseURL?: string; url?: string };
  return responseURL ?? url ?? '';
};

/** The token source of a player, and how the player waits: what its loaders have in common. */
export interface LoaderSession {
  readonly source: TokenSource;
  /** Whether such a request waits in an outage until that ends. */
  readonly mayOutlast: (context: LoaderContext) => boolean;
  /** Whether what it asks for may have left the live window meanwhile. */
  readonly hasLeftWindow: (context: LoaderContext) => boolean;
}

/**
 * Signs on the wire what hls.js knows by its unsigned URL. The life of a request: it waits for its token, goes out with
 * an inner loader, and is answered, or sent once more if the edge has refused it, or tried again. A wait or a replay
 * leaves no trace: not in the statistics, not in the time-outs, not in the URLs that hls.js sees.
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
  /** A loader loads once. */
  #isInnerUsed = false;
  #context!: LoaderContext;
  #policy!: LoaderConfiguration;
  /** `undefined` before `load` and once destroyed. */
  #callbacks: Callbacks | undefined;
  /** For a token, or for the next try. */
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
    // an interstitial's manifest may belong to an ad server: only the primary player's source is protected unasked
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

  /** Sends the request: at once if a token is at hand. */
  #try(send: (request: SignedRequest) => void): void {
    const { url } = this.#context;
    const ready = this.#source.signNow(url);
    if (ready) send(ready);
    else void this.#sendOnce((how) => this.#source.sign(url, how));
  }

  /** Asks for a request and sends it; goes on with `otherwise` if there is none. */
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
      // one a task: hls.js stops at the first fatal error, and that ends the others' wait
      await sleep(0, signal);
      if (!signal.aborted) this.#onSigningFailed(error);
      return;
    }
    if (signal.aborted) return;
    this.#endWait();
    if (signed) this.#sendUnheard(signed);
    else otherwise();
  }

  /** Sends `request` after a wait, when nobody would hear what the inner loader throws. */
  #sendUnheard(request: SignedRequest): void {
    try {
      this.#send(request);
    } catch (error) {
      this.#callbacks?.onError({ code: NONE, text: String(error) }, this.#context, null, this.stats);
    }
  }

  /** Begins a wait, which ends when the signal aborts. */
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
    // a loader of the app may abort when it is destroyed: hls.js must not hear of that one any more
    const heard = (): Callbacks | undefined => (this.#inner === inner ? this.#callbacks : undefined);
    // what the inner loader writes into it (the time-out that it used) is reported to hls.js
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
      // FetchLoader streams only if somebody listens
      ...(onProgress && {
        onProgress: (_, __, data, details) => onProgress(this.stats, this.#context, data, this.#unsigned(details)),
      }),
    };
    try {
      inner.load(context, policy, innerCallbacks);
    } catch (error) {
      // hls.js makes an event of it
      throw errorWithoutToken(error, request);
    }
  }

  #prepareInner(credentials: boolean): Loader<LoaderContext> {
    if (this.#isInnerUsed || credentials) {
      const before = this.#inner;
      this.#inner = new this.#Base(credentials ? withCredentials(this.#config) : this.#config);
      before?.destroy();
      // does not throw where a loader of the app has a getter only
      Reflect.set(this.#inner, 'stats', this.stats);
    }
    this.#isInnerUsed = true;
    // hls.js measures from the moment the request goes out (ABR, TTFB, time-outs)
    Object.assign(this.stats, { aborted: false, loaded: 0, total: 0 });
    Object.assign(this.stats.loading, { start: 0, first: 0, end: 0 });
    return this.#inner!;
  }

  #onSuccess(response: LoaderResponse, stats: LoaderStats, request: SignedRequest, details: NetworkDetails): void {
    // a loader of the app may tell nothing
    noteAccepted(request, urlOf(details));
    if (details) adoptToken(this.#source, request, details);
    const unsigned = unsignedResponse(response, request, this.#source);
    // hls.js recognises its requests by the context object: it gets the original back
    this.#callbacks!.onSuccess(unsigned, stats, this.#context, this.#unsigned(details));
  }

  #onError(told: LoaderError, request: SignedRequest, details: NetworkDetails): void {
    // of what was thrown, loaders tell the text; one of the app may tell none
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

  /** A wait for a token may outlast the live window, and then the segment is gone. */
  #isGone({ code }: LoaderError): boolean {
    const { mayOutlast, hasLeftWindow } = this.#session;
    return code === NOT_FOUND && mayOutlast(this.#context) && hasLeftWindow(this.#context);
  }

  /**
   * To hls.js a 404 is final, for subtitles and a single rendition fatal: it would never load what the stream has now.
   * After a 5xx it looks where the stream is.
   */
  async #tellGone(error: LoaderError, details: NetworkDetails): Promise<void> {
    await sleep(GONE_PAUSE_MS, this.#wait());
    this.#endWait();
    this.#callbacks!.onError({ ...error, code: UNAVAILABLE }, this.#context, this.#unsigned(details), this.stats);
  }

  #onTimeout(details: NetworkDetails): void {
    if (!this.#retry(true, NONE)) this.#callbacks!.onTimeout(this.stats, this.#context, this.#unsigned(details));
  }

  /** The signing endpoint failed us. An outage is retried like a 5xx; everything else is final. */
  #onSigningFailed(error: unknown): void {
    this.#endWait();
    const isFinal = !isOutage(error);
    const rule = ruleForOutage(this.#context, this.#config, this.#policy);
    if (!isFinal && this.#retry(false, UNAVAILABLE, rule)) return;
    const reported = { code: isFinal ? NONE : UNAVAILABLE, text: String(error) };
    this.#callbacks!.onError(reported, this.#context, error as NetworkDetails, this.stats);
  }

  /**
   * A request that waits has always just begun. The ABR controller would take one that began with its wait for a slow
   * one: it would sample its time to first byte and switch down. One that began at 0 it would take for as old as the
   * page.
   */
  #keepBeginning(): void {
    const { loading } = this.stats;
    Object.defineProperty(loading, 'start', {
      configurable: true,
      enumerable: true,
      get: () => performance.now(),
      // whoever writes a time knows better
      set: (value: number) => Object.defineProperty(loading, 'start', { value, writable: true }),
    });
  }

  /** hls.js leaves it to the loader to try manifests, keys and steering again: signed anew each time. */
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

  /** Lets the `networkDetails` of hls.js tell the unsigned URL. */
  #unsigned<T>(details: T): T {
    hideSignedUrl(details, this.#source);
    return details;
  }
}

/**
 * A loader class that signs what `Base` loads.
 * @param sessionNow the token source of the player at this moment
 */
export function createTokenLoader(Base: LoaderClass, sessionNow: () => LoaderSession): LoaderClass {
  return class extends TokenLoader {
    constructor(config: HlsConfig) {
      super(config, Base, sessionNow());
    }
  };
}
