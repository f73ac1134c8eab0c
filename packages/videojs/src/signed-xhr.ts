import type { EdgeAnswer, SignOptions, SignedRequest } from 'secure-token-core';
import { hideSignedUrl, writeUnprotectedRefusal } from 'secure-token-core/adapter';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { Session } from './session.ts';
import { replayForPlayer, signOrWait } from './session.ts';

/** An XMLHttpRequest with the members that `@videojs/xhr` and VHS add. */
export interface PlayerRequest extends XMLHttpRequest {
  url?: string;
  method?: string;
  headers?: Record<string, string>;
  /** The time at which the request went out, in unix ms: the bandwidth estimate counts from here. */
  requestTime?: number;
}

export interface RequestOptions {
  /** The time-out of the request on the wire, in ms; 0 is none. */
  timeout?: number;
  /** Called when the edge has let a signed request through; `url` is unsigned. */
  onSuccess?: (url: string) => void;
}

type Phase =
  /** The player has not sent the request, and perhaps not even opened it. */
  | { readonly name: 'idle' }
  /** The player has sent the request, and the token is on the way. */
  | { readonly name: 'waiting'; readonly wait: AbortController }
  /** The request is on the wire. */
  | { readonly name: 'sent'; readonly request: SignedRequest }
  /** The edge refuses the token. The player does not see the events that the browser still fires for this response. */
  | { readonly name: 'refused'; readonly request: SignedRequest }
  /** Another token is on the way. */
  | { readonly name: 'replaying'; readonly wait: AbortController }
  /** The player sees all further events. */
  | { readonly name: 'settled' };

type Body = Parameters<XMLHttpRequest['send']>[0];
type Open = (method: string, url: string | URL, ...more: unknown[]) => void;

/**
 * Returns the error that `@videojs/xhr` reports after its own time-out, which also counts the wait for a token. VHS and
 * apps recognise this error by its `code`.
 */
const timeoutError = (): Error => Object.assign(new Error('XMLHttpRequest timeout'), { code: 'ETIMEDOUT' });

/** The events of a request that the player hears. */
const EVENTS = ['readystatechange', 'progress', 'load', 'error', 'timeout', 'loadend'];

/**
 * An XMLHttpRequest of the player. The player sends it; the request waits for its token, goes out signed, and gets its
 * response. If the edge refuses the token, the request goes out once more. The object stays the native one that the
 * player knows, by its unsigned URL. The player sees neither the wait, nor the token, nor the first refusal.
 */
class SignedXhr {
  readonly #xhr: PlayerRequest;
  readonly #session: Session;
  readonly #timeout: number;
  readonly #onSuccess: ((url: string) => void) | undefined;
  // the methods of the object, and not those of the prototype: monitoring tools wrap methods of the object
  readonly #openNative: Open;
  readonly #setNativeHeader: XMLHttpRequest['setRequestHeader'];
  readonly #sendNative: XMLHttpRequest['send'];
  readonly #abortNative: XMLHttpRequest['abort'];
  /** The object that has the `responseURL` which the player does not see: a library may have put one into the request. */
  readonly #hasResponseUrl: object;
  #method: string;
  /** The unsigned URL. */
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
    this.#hasResponseUrl = Object.hasOwn(xhr, 'responseURL') ? xhr : (Object.getPrototypeOf(xhr) as object);
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

  /**
   * Adds our listeners before the handlers that `@videojs/xhr` has set already: the browser calls both in the order in
   * which they were set.
   */
  #listenFirst(): void {
    const handlers = this.#xhr as unknown as Record<string, unknown>;
    for (const type of EVENTS) {
      const handler = handlers['on' + type];
      handlers['on' + type] = null;
      this.#xhr.addEventListener(type, (event) => this.#onEvent(event));
      handlers['on' + type] = handler;
    }
    // `@videojs/xhr` passes an error on as it is, and turns an event into a text
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

  /** Sends the request that `ask` resolves to. Calls `otherwise` if there is none. */
  async #sendOnce(
    name: 'waiting' | 'replaying',
    ask: (options: SignOptions) => Promise<SignedRequest | undefined>,
    otherwise: () => void,
  ): Promise<void> {
    const wait = new AbortController();
    const phase = (this.#phase = { name, wait });
    const request = await signOrWait(this.#session, wait, ask).catch(() => undefined);
    // the player has aborted the request meanwhile, or has opened it again
    if (this.#phase !== phase) return;
    if (!request) {
      otherwise();
      return;
    }
    try {
      this.#sendSigned(request);
    } catch {
      // the player's own call of `send()` has returned, so the player gets the error as an event
      this.#settle('error', 'loadend');
    }
  }

  #sendSigned(request: SignedRequest): void {
    const xhr = this.#xhr;
    if (request.token) {
      this.#openNative(this.#method, request.url, true);
      // XMLHttpRequest joins the values of two headers with one name, whatever the case of the name
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

  /** The answer of the edge, with the URL from which it really came. */
  get #answer(): EdgeAnswer {
    const xhr = this.#xhr;
    return {
      responseURL: Reflect.get(this.#hasResponseUrl, 'responseURL', xhr) as string,
      getAllResponseHeaders: () => xhr.getAllResponseHeaders(),
      getResponseHeader: (name) => xhr.getResponseHeader(name),
    };
  }

  #onSucceeded(request: SignedRequest): void {
    const { responseType, responseURL } = this.#xhr;
    this.#session.source.noteAnswer(request, this.#answer, true);
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
      // a time-out is no refusal
      this.#settle('readystatechange');
      return;
    }
    event.stopImmediatePropagation();
    // `loadend` is the last event: from here on the object can be sent again
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
    // the browser aborts a request that is not under way without events, and a time-out of VHS would then hit the next
    // request
    if (isWaiting) this.#settle('abort', 'loadend');
    else this.#abortNative();
  }

  /** Ends the wait for a token. Returns whether there was one. */
  #stopWaiting(): boolean {
    if (!('wait' in this.#phase)) return false;
    this.#phase.wait.abort();
    return true;
  }

  /** Ends the request for the player, with `events`. */
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
