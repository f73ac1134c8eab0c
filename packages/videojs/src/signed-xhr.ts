import type { SignOptions, SignedRequest } from 'secure-token-core';
import { adoptToken, hideSignedUrl, noteAccepted, writeUnprotectedRefusal } from 'secure-token-core/adapter';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { Session } from './session.ts';
import { replayForPlayer, signOrWait } from './session.ts';

/** An XMLHttpRequest with what `@videojs/xhr` and VHS put on it. */
export interface PlayerRequest extends XMLHttpRequest {
  url?: string;
  method?: string;
  headers?: Record<string, string>;
  /** When it went out, in unix ms: the bandwidth estimate counts from here. */
  requestTime?: number;
}

export interface RequestOptions {
  /** The time-out of the request on the wire, in ms; 0 is none. */
  timeout?: number;
  /** The edge has let a signed request through; `url` is unsigned. */
  onSuccess?: (url: string) => void;
}

type Phase =
  /** Opened, or not even that. */
  | { readonly name: 'idle' }
  /** The player has sent it: its token is on the way. */
  | { readonly name: 'waiting'; readonly wait: AbortController }
  /** On the wire. */
  | { readonly name: 'sent'; readonly request: SignedRequest }
  /** The edge refuses its token: what the browser still has to report of that is kept from the player. */
  | { readonly name: 'refused'; readonly request: SignedRequest }
  /** Another token is on the way. */
  | { readonly name: 'replaying'; readonly wait: AbortController }
  /** Whatever happens now is for the player. */
  | { readonly name: 'settled' };

type Body = Parameters<XMLHttpRequest['send']>[0];
type Open = (method: string, url: string | URL, ...more: unknown[]) => void;

/** What `@videojs/xhr` tells of its own time-out, which counts from before the wait: VHS and apps know it by `code`. */
const timeoutError = (): Error => Object.assign(new Error('XMLHttpRequest timeout'), { code: 'ETIMEDOUT' });

/** The events of a request that the player hears. */
const EVENTS = ['readystatechange', 'progress', 'load', 'error', 'timeout', 'loadend'];

/**
 * An XMLHttpRequest of the player, which knows it by its unsigned URL. The life of a request: the player sends it, it
 * waits for its token, goes out signed, and is answered, or sent once more if the edge has refused its token. It stays
 * the native object that the player knows; of the wait, the token and the first refusal the player sees nothing.
 */
class SignedXhr {
  readonly #xhr: PlayerRequest;
  readonly #session: Session;
  readonly #timeout: number;
  readonly #onSuccess: ((url: string) => void) | undefined;
  // what the object itself has, not the prototype: monitoring tools wrap them there
  readonly #openNative: Open;
  readonly #setNativeHeader: XMLHttpRequest['setRequestHeader'];
  readonly #sendNative: XMLHttpRequest['send'];
  readonly #abortNative: XMLHttpRequest['abort'];
  #method: string;
  /** Unsigned. */
  #url: string;
  /** The headers that the player has set. */
  #headers: [name: string, value: string][];
  #body: Body;
  #phase: Phase = { name: 'idle' };

  constructor(xhr: PlayerRequest, session: Session, { timeout = 0, onSuccess }: RequestOptions) {
    this.#xhr = xhr;
    this.#session = session;
    this.#timeout = timeout;
    this.#onSuccess = onSuccess;
    this.#openNative = xhr.open.bind<Open>(xhr);
    this.#setNativeHeader = xhr.setRequestHeader.bind(xhr);
    this.#sendNative = xhr.send.bind(xhr);
    this.#abortNative = xhr.abort.bind(xhr);
    this.#method = xhr.method ?? 'GET';
    this.#url = xhr.url ?? '';
    this.#headers = Object.entries(xhr.headers ?? {});
  }

  takeOver(): void {
    this.#listenFirst();
    Object.assign(this.#xhr, {
      open: ((...args) => this.#open(...args)) satisfies Open,
      setRequestHeader: (name: string, value: string) => this.#setHeader(name, value),
      send: (body: Body) => this.#send(body),
      abort: () => this.#abort(),
    });
    hideSignedUrl(this.#xhr, this.#session.source);
  }

  /** Before the handlers that `@videojs/xhr` has set already: they are called in the order in which they were set. */
  #listenFirst(): void {
    const handlers = this.#xhr as unknown as Record<string, unknown>;
    for (const type of EVENTS) {
      const handler = handlers['on' + type];
      handlers['on' + type] = null;
      this.#xhr.addEventListener(type, (event) => this.#onEvent(event));
      handlers['on' + type] = handler;
    }
    // it takes an error as it is, and makes a text of an event
    const onTimeout = this.#xhr.ontimeout as ((error: Error) => void) | null;
    this.#xhr.ontimeout = onTimeout && (() => onTimeout.call(this.#xhr, timeoutError()));
  }

  #open(...args: Parameters<Open>): void {
    const [method, url] = args;
    this.#stopWaiting();
    this.#method = method;
    this.#url = String(url);
    this.#headers = [];
    this.#phase = { name: 'idle' };
    this.#openNative(...args);
  }

  #setHeader(name: string, value: string): void {
    this.#headers.push([name, value]);
    this.#setNativeHeader(name, value);
  }

  #send(body: Body): void {
    this.#body = body;
    const { source } = this.#session;
    const ready = source.signNow(this.#url);
    if (ready) this.#sendSigned(ready);
    else
      void this.#sendOnce(
        'waiting',
        (options) => source.sign(this.#url, options),
        () => this.#settle('error', 'loadend'),
      );
  }

  /** Sends what `ask` resolves to; goes on with `otherwise` if that is nothing. */
  async #sendOnce(
    name: 'waiting' | 'replaying',
    ask: (options: Required<SignOptions>) => Promise<SignedRequest | undefined>,
    otherwise: () => void,
  ): Promise<void> {
    const wait = new AbortController();
    const phase = (this.#phase = { name, wait });
    const request = await signOrWait(this.#session, wait, ask).catch(() => undefined);
    // aborted meanwhile, or opened for something else
    if (this.#phase !== phase) return;
    if (!request) {
      otherwise();
      return;
    }
    try {
      this.#sendSigned(request);
    } catch {
      // the player's own call of send() has long returned
      this.#settle('error', 'loadend');
    }
  }

  #sendSigned(request: SignedRequest): void {
    const xhr = this.#xhr;
    if (request.token) {
      this.#openNative(this.#method, request.url, true);
      // XMLHttpRequest joins the values of two of one name, in whatever case
      const ofToken = new Set(Object.keys(request.headers).map((name) => name.toLowerCase()));
      const own = this.#headers.filter(([name]) => !ofToken.has(name.toLowerCase()));
      const headers = [...own, ...Object.entries(request.headers)];
      for (const [name, value] of headers) this.#setNativeHeader(name, value);
      if (request.credentials) xhr.withCredentials = true;
    }
    this.#phase = { name: 'sent', request };
    xhr.timeout = this.#timeout;
    xhr.requestTime = Date.now();
    this.#sendNative(this.#body);
  }

  #onEvent(event: Event): void {
    const { type } = event;
    const { status, readyState } = this.#xhr;
    if (this.#phase.name === 'sent' && this.#phase.request.token) {
      const { request } = this.#phase;
      const hasFailed = status >= 400 || (readyState === 4 && status === 0);
      if (hasFailed) this.#onFailed(request);
      else if (type === 'load') this.#onSucceeded(request);
    }
    if (__DEVELOPMENT__ && this.#phase.name === 'sent' && readyState === 4)
      writeUnprotectedRefusal(this.#session.source, this.#phase.request, status);
    if (this.#phase.name === 'refused') this.#onEventOfRefusal(event, this.#phase.request);
  }

  #onSucceeded(request: SignedRequest): void {
    const { responseType, responseURL } = this.#xhr;
    noteAccepted(request);
    adoptToken(this.#session.source, request, this.#xhr);
    this.#phase = { name: 'settled' };
    this.#onSuccess?.(request.unsignedUrl);
    if (!responseType) this.#session.source.learn(responseURL, hlsOrDash(this.#xhr.responseText));
  }

  #onFailed(request: SignedRequest): void {
    const isRefusal = this.#session.source.isRefusal(request, this.#xhr.status);
    this.#phase = isRefusal ? { name: 'refused', request } : { name: 'settled' };
  }

  #onEventOfRefusal(event: Event, request: SignedRequest): void {
    if (event.type === 'timeout') {
      // no refusal after all
      this.#settle('readystatechange');
      return;
    }
    event.stopImmediatePropagation();
    // the last one: from here on the object can be sent again
    if (event.type !== 'loadend') return;
    const { status } = this.#xhr;
    void this.#sendOnce(
      'replaying',
      (options) => replayForPlayer(this.#session, request, status, { ...options, method: this.#method }),
      () => this.#settle('readystatechange', status ? 'load' : 'error', 'loadend'),
    );
  }

  #abort(): void {
    const isWaiting = this.#stopWaiting();
    this.#phase = { name: 'settled' };
    // a request that is not under way is aborted without events, and a time-out of VHS would then hit the next one
    if (isWaiting) this.#settle('abort', 'loadend');
    else this.#abortNative();
  }

  /** Returns whether there was something to wait for. */
  #stopWaiting(): boolean {
    if (!('wait' in this.#phase)) return false;
    this.#phase.wait.abort();
    return true;
  }

  /** Ends as the player sees it, with `events`. */
  #settle(...events: string[]): void {
    this.#phase = { name: 'settled' };
    for (const type of events) this.#xhr.dispatchEvent(new ProgressEvent(type));
  }
}

const taken = new WeakSet();

/** Takes over `xhr` before it is sent, so that it goes out signed: see `SignedXhr`. */
export function signRequest(xhr: PlayerRequest, session: Session, options: RequestOptions = {}): void {
  // a retry of @videojs/xhr sends the same object again
  if (taken.has(xhr)) return;
  taken.add(xhr);
  new SignedXhr(xhr, session, options).takeOver();
}
