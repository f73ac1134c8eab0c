import type { SignedRequest } from 'secure-token-core';
import type { AdapterSource, EdgeAnswer } from 'secure-token-core/adapter';
import { hideSignedUrl, sendSigned, withTokenHeaders, writeUnprotectedRefusal } from 'secure-token-core/adapter';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { Session } from './session.ts';
import { askPatiently } from './session.ts';

/** An XMLHttpRequest with the member that VHS adds. */
interface PlayerRequest extends XMLHttpRequest {
  /** The time at which the request went out, in unix ms: the bandwidth estimate counts from here. */
  requestTime?: number;
}

type Body = Parameters<XMLHttpRequest['send']>[0];
type Open = (method: string, url: string | URL, ...more: unknown[]) => void;

/** A request on the wire. */
interface Sending {
  readonly source: AdapterSource;
  readonly request: SignedRequest;
  /** Whether the edge has refused the token. The player does not see the events of this response. */
  isRefused?: boolean;
  /** Called at its end, with the status of a refusal. */
  readonly end: (status?: number) => void;
}

/** The events of a request that the player hears. */
const EVENTS = ['readystatechange', 'progress', 'load', 'error', 'timeout', 'loadend'];

/**
 * Returns the error that `@videojs/xhr` reports after its own time-out, which also counts the wait for a token. VHS and
 * apps recognise this error by its `code`.
 */
const timeoutError = (): Error => Object.assign(new Error('XMLHttpRequest timeout'), { code: 'ETIMEDOUT' });

/**
 * An XMLHttpRequest of the player. The player sends it; the request waits for its token, goes out signed, and gets its
 * response. If the edge refuses the token, the request goes out once more. The object stays the native one that the
 * player knows, by its unsigned URL. The player sees neither the wait, nor the token, nor the first refusal.
 */
class SignedXhr {
  readonly #xhr: PlayerRequest;
  readonly #sessionFor: (url: string) => Session | undefined;
  readonly #timeout: number;
  readonly #native: { readonly open: Open } & Pick<XMLHttpRequest, 'setRequestHeader' | 'send' | 'abort'>;
  #method = 'GET';
  /** The unsigned URL. */
  #url = '';
  /** The headers that the player has set. */
  #headers: Record<string, string> = {};
  /** Ends the waits of the request; `undefined` before `send` and after its end. */
  #life: AbortController | undefined;
  #sending: Sending | undefined;

  constructor(xhr: XMLHttpRequest, sessionFor: (url: string) => Session | undefined, timeout: number) {
    this.#xhr = xhr;
    this.#sessionFor = sessionFor;
    this.#timeout = timeout;
    this.#native = {
      open: xhr.open.bind<Open>(xhr),
      setRequestHeader: xhr.setRequestHeader.bind(xhr),
      send: xhr.send.bind(xhr),
      abort: xhr.abort.bind(xhr),
    };
    // before the handlers of the player
    for (const type of EVENTS) xhr.addEventListener(type, (event) => this.#onEvent(event));
    Object.assign(xhr, {
      open: ((...args) => this.#open(...args)) satisfies Open,
      setRequestHeader: (name: string, value: string) => this.#setHeader(name, value),
      send: (body: Body) => this.#send(body),
      abort: () => this.#abort(),
    });
  }

  #open(...args: Parameters<Open>): void {
    this.#stop();
    this.#method = args[0];
    this.#url = String(args[1]);
    this.#headers = {};
    this.#native.open(...args);
  }

  #setHeader(name: string, value: string): void {
    this.#headers[name] = value;
    this.#native.setRequestHeader(name, value);
  }

  #send(body: Body): void {
    const session = this.#sessionFor(this.#url);
    if (!session) {
      this.#native.send(body);
      return;
    }
    const xhr = this.#xhr;
    hideSignedUrl(xhr, session.source);
    // `@videojs/xhr` passes an error on as it is, and turns an event into a text
    const onTimeout = xhr.ontimeout as ((error: Error) => void) | null;
    xhr.ontimeout = onTimeout && (() => onTimeout.call(xhr, timeoutError()));
    void this.#run(session, body);
  }

  /** Runs the request to its end. It goes out before this function returns if a token is at hand. */
  async #run(session: Session, body: Body): Promise<void> {
    const { source, failure } = session;
    const life = new AbortController();
    this.#life = life;
    const events = await askPatiently(session, life, async (how) => {
      const signed = source.signNow(this.#url) ?? (await source.sign(this.#url, how));
      const send = (request: SignedRequest): Promise<number | undefined> => this.#exchange(request, body, source);
      const method = this.#method;
      const { tell } = session.events;
      const { answer, refusal } = await sendSigned(source, signed, {
        ...how,
        method,
        send,
        tell,
        failureOf: (it) => it,
      });
      if (refusal) failure.note(refusal);
      if (answer === undefined) return [];
      return ['readystatechange', answer ? 'load' : 'error', 'loadend'];
    }).catch(() => ['error', 'loadend']);
    // the player has aborted the request meanwhile, or has opened it again
    if (this.#life !== life) return;
    this.#life = undefined;
    this.#tell(...events);
  }

  /** Sends `request` natively. Resolves to the status of a refusal; to `undefined` if the player has heard the answer. */
  #exchange(request: SignedRequest, body: Body, source: AdapterSource): Promise<number | undefined> {
    const xhr = this.#xhr;
    return new Promise((end) => {
      if (request.token) {
        this.#native.open(this.#method, request.url, true);
        const headers = withTokenHeaders(this.#headers, request.headers);
        for (const [name, value] of Object.entries(headers)) this.#native.setRequestHeader(name, value);
        if (request.credentials) xhr.withCredentials = true;
      }
      this.#sending = { source, request, end };
      if (this.#timeout) xhr.timeout = this.#timeout;
      xhr.requestTime = Date.now();
      this.#native.send(body);
    });
  }

  #onEvent(event: Event): void {
    const sending = this.#sending;
    if (!sending) return;
    const { source, request } = sending;
    const { type } = event;
    const { status, readyState } = this.#xhr;
    if (status >= 400 || (readyState === 4 && !status)) sending.isRefused ??= source.isRefusal(request, status);
    else if (type === 'load') this.#onSuccess(sending);
    // at the first event, because VHS may abort the request in this task
    if (type === 'load') writeUnprotectedRefusal(source, request, status);
    // a time-out is no refusal
    if (type === 'timeout') this.#endExchange();
    else if (sending.isRefused) event.stopImmediatePropagation();
    if (type !== 'loadend') return;
    this.#endExchange(sending.isRefused ? status : undefined);
  }

  #onSuccess({ source, request }: Sending): void {
    const xhr = this.#xhr;
    if (!request.token) return;
    const answer: EdgeAnswer = {
      // where it really came from: the object itself hides that
      responseURL: Reflect.get(Object.getPrototypeOf(xhr) as object, 'responseURL', xhr) as string,
      getAllResponseHeaders: () => xhr.getAllResponseHeaders(),
      getResponseHeader: (name) => xhr.getResponseHeader(name),
    };
    source.noteAnswer(request, answer, true);
    if (!xhr.responseType) source.learn(xhr.responseURL, hlsOrDash(xhr.responseText));
  }

  #endExchange(status?: number): void {
    this.#sending?.end(status);
    this.#sending = undefined;
    // the player has heard the end of the request, and may abort it in the same task
    if (status === undefined) this.#life = undefined;
  }

  #abort(): void {
    // the browser aborts a request that is not under way without events, and a time-out of VHS would then hit the next
    // request
    const isWaiting = this.#life && !this.#sending;
    this.#stop();
    if (isWaiting) this.#tell('abort', 'loadend');
    else this.#native.abort();
  }

  /** Leaves the request to the player. */
  #stop(): void {
    this.#life?.abort();
    this.#endExchange();
  }

  #tell(...events: string[]): void {
    for (const type of events) this.#xhr.dispatchEvent(new ProgressEvent(type));
  }
}

/**
 * Makes `xhr`, which is not open yet, go out signed: see `SignedXhr`.
 * @param sessionFor returns the session that signs a URL
 * @param timeout of the request on the wire, in ms; 0 is none
 */
export function signXhr(
  xhr: XMLHttpRequest,
  sessionFor: (url: string) => Session | undefined,
  timeout = 0,
): XMLHttpRequest {
  new SignedXhr(xhr, sessionFor, timeout);
  return xhr;
}
