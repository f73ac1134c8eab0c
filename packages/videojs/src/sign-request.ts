import type { SignedRequest } from 'secure-token-core';
import { hideSignedUrl } from 'secure-token-core';
import type { Session } from './persist.ts';
import { persist } from './persist.ts';
import { replayForPlayer } from './replay-for-player.ts';

/** An XMLHttpRequest with what `@videojs/xhr` and VHS put on it. */
export interface PlayerRequest extends XMLHttpRequest {
  url?: string;
  method?: string;
  headers?: Record<string, string>;
  /** When it went out, in unix ms: the bandwidth estimate counts from here. */
  requestTime?: number;
  timedout?: boolean;
}

export interface RequestOptions {
  /** Of the request on the wire, in ms; 0 is none. */
  timeout?: number;
  /** The edge has let a signed request through; `url` is unsigned. */
  onSuccess?: (url: string) => void;
}

const EVENTS = ['readystatechange', 'progress', 'load', 'error', 'timeout', 'loadend'];
const taken = new WeakSet();

/**
 * Takes over `xhr` before it is sent: it waits for its token, goes out signed and is sent again once if it was refused.
 * It stays the native object that the player knows, with the URL that the player knows; the player sees neither the
 * wait nor the token nor the first refusal.
 */
export function signRequest(
  xhr: PlayerRequest,
  session: Session,
  { timeout = 0, onSuccess }: RequestOptions = {},
): void {
  // a retry of @videojs/xhr sends the same object again
  if (taken.has(xhr)) return;
  taken.add(xhr);
  const { source } = session;
  // of this object, not of the prototype: monitoring tools wrap them there
  const open = xhr.open.bind(xhr) as (...args: unknown[]) => void;
  const send = xhr.send.bind(xhr);
  const abort = xhr.abort.bind(xhr);
  const setRequestHeader = xhr.setRequestHeader.bind(xhr);
  let { method = 'GET', url = '' } = xhr;
  let headers = Object.entries(xhr.headers ?? {});
  let body: Parameters<typeof send>[0];
  let sent: SignedRequest | undefined;
  let waiting: AbortController | undefined;
  let passing = false;

  const dispatch = (...types: string[]): void => {
    passing = true;
    for (const type of types) xhr.dispatchEvent(new ProgressEvent(type));
    passing = false;
  };

  const fire = (request: SignedRequest): void => {
    if (request.token) {
      open(method, request.url, true);
      for (const [name, value] of [...headers, ...Object.entries(request.headers)]) setRequestHeader(name, value);
      if (request.credentials) xhr.withCredentials = true;
    }
    sent = request;
    xhr.timeout = timeout;
    xhr.requestTime = Date.now();
    send(body);
  };

  const wait = async (
    ask: Parameters<typeof persist<SignedRequest | undefined>>[2],
    otherwise: () => void,
  ): Promise<void> => {
    const controller = (waiting = new AbortController());
    const request = await persist(session, controller, ask).catch(() => undefined);
    if (waiting !== controller) return;
    waiting = undefined;
    if (request) fire(request);
    else otherwise();
  };

  const onEvent = (event: Event): void => {
    const { type } = event;
    const { status, readyState } = xhr;
    // @videojs/xhr times out by itself, from before the wait; VHS knows a native time-out only by this
    if (type === 'timeout') xhr.timedout = true;
    if (passing || !sent?.token || (readyState < 4 && !(status >= 400))) return;
    if (status && status < 400) {
      if (type !== 'load') return;
      onSuccess?.(sent.source);
      if (!xhr.responseType) source.learn(xhr.responseURL, xhr.responseText);
      return;
    }
    if (type === 'timeout') {
      sent = undefined;
      dispatch('readystatechange');
      return;
    }
    event.stopImmediatePropagation();
    if (type !== 'loadend') return;
    const request = sent;
    sent = undefined;
    void wait(
      (options) => replayForPlayer(session, request, status, options),
      () => dispatch('readystatechange', status ? 'load' : 'error', 'loadend'),
    );
  };
  // Before the handlers that @videojs/xhr has set already: they are called in the order they were set, whatever the
  // phase.
  const handlers = xhr as unknown as Record<string, unknown>;
  for (const type of EVENTS) {
    const handler = handlers['on' + type];
    handlers['on' + type] = null;
    xhr.addEventListener(type, onEvent);
    handlers['on' + type] = handler;
  }

  Object.assign(xhr, {
    open(...args: [string, string | URL, ...unknown[]]) {
      method = args[0];
      url = String(args[1]);
      headers = [];
      sent = undefined;
      open(...args);
    },
    setRequestHeader(name: string, value: string) {
      headers.push([name, value]);
      setRequestHeader(name, value);
    },
    send(data: typeof body) {
      body = data;
      const ready = source.peek(url);
      if (ready) fire(ready);
      else
        void wait(
          (options) => source.sign(url, options),
          () => dispatch('error', 'loadend'),
        );
    },
    abort() {
      sent = undefined;
      if (!waiting) {
        abort();
        return;
      }
      waiting.abort();
      waiting = undefined;
      // a request that is not under way is aborted without events, and a time-out of VHS would then hit the next one
      dispatch('abort', 'loadend');
    },
  });
  hideSignedUrl(xhr, source);
}
