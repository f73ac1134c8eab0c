import type { SignedRequest } from 'secure-token-core';
import { hideSignedUrl, isElsewhere, withTokenHeaders } from 'secure-token-core/adapter';
import type { Session } from './session.ts';
import { signOrWait } from './session.ts';

/** The `readyState` of an XMLHttpRequest that has ended and was not aborted since. */
const DONE = 4;

/** A request of dash.js: for a licence, with `data`, or for a certificate, which may have a `body`. */
export interface LicenseRequest {
  url: string;
  method: string;
  headers?: Record<string, string>;
  withCredentials?: boolean;
  responseType: string;
  readonly data?: unknown;
  readonly body?: unknown;
}

/** A request that went out with a token. */
interface Sent {
  readonly session: Session;
  /** Ends waits. */
  readonly signal: AbortSignal;
  readonly request: LicenseRequest;
  signed: SignedRequest;
  wasReplayed: boolean;
}

/** The request that dash.js is about to send. */
let awaited: { readonly body: unknown; readonly take: (xhr: XMLHttpRequest) => void } | undefined;

/**
 * Calls `take` with the XMLHttpRequest that is sent next with `body`, before it is sent. dash.js sends it in the same
 * task in which this function runs, and does not expose it.
 */
function beforeSent(body: unknown, take: (xhr: XMLHttpRequest) => void): void {
  const isInPlace = awaited !== undefined;
  awaited = { body: body ?? undefined, take };
  if (isInPlace) return;
  const { prototype } = XMLHttpRequest;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with its own object below
  const { send } = prototype;
  const restore = (): void => {
    awaited = undefined;
    // another tool may have replaced `send` meanwhile
    if (prototype.send === taking) prototype.send = send;
  };
  const taking: typeof send = function (this: XMLHttpRequest, sent) {
    const found = awaited?.body === (sent ?? undefined) ? awaited : undefined;
    if (found) restore();
    found?.take(this);
    send.call(this, sent);
  };
  // if the page has frozen the prototype, the request goes out unwatched
  if (Reflect.set(prototype, 'send', taking)) queueMicrotask(restore);
  else awaited = undefined;
}

/** Replaces the token of the request with another one. dash.js uses these values also for its own retries. */
function attach(sent: Sent, signed: SignedRequest): void {
  const { request } = sent;
  // dash.js has appended CMCD data after the token
  request.url = signed.url + request.url.slice(sent.signed.url.length);
  request.headers = withTokenHeaders(request.headers, signed.headers);
  request.withCredentials ||= signed.credentials;
  sent.signed = signed;
}

/**
 * Removes the headers of the token if a filter after ours has sent the request to another server, which must not get
 * them. Headers that this filter has set itself stay. The filter may have changed the case of names, as `Headers` does.
 */
function detachIfElsewhere({ request, signed }: Sent): void {
  if (!isElsewhere(request.url, signed.url)) return;
  const ofToken = new Map(Object.entries(signed.headers).map(([name, value]) => [name.toLowerCase(), value]));
  const isOther = ([name, value]: [string, string]): boolean => ofToken.get(name.toLowerCase()) !== value;
  request.headers = Object.fromEntries(Object.entries(request.headers ?? {}).filter(isOther));
}

/** Sends `xhr` once more, with another token, if the server refuses its token. */
function replayOnce(xhr: XMLHttpRequest, sent: Sent): void {
  const { session, signal, request, signed } = sent;
  const { source } = session;
  hideSignedUrl(xhr, source);
  const { onload, onerror } = xhr;
  const end = (event: ProgressEvent): void => {
    Object.assign(xhr, { onload, onerror });
    (event.type === 'load' ? onload : onerror)?.call(xhr, event);
  };
  /** Throws if the page has replaced functions of XMLHttpRequest, and these throw. */
  const sendAgain = (replay: SignedRequest): void => {
    attach(sent, replay);
    Object.assign(xhr, { onload, onerror });
    xhr.open(request.method, request.url, true);
    xhr.withCredentials = request.withCredentials ?? false;
    for (const [name, value] of Object.entries(request.headers ?? {})) xhr.setRequestHeader(name, value);
    xhr.send((request.data ?? request.body ?? null) as XMLHttpRequestBodyInit | null);
  };
  const onEnd = (event: ProgressEvent): void => {
    const { status } = xhr;
    const isRefused = (status === 0 || status >= 400) && source.isRefusal(signed, status);
    // a filter of the app may have sent the request to another server, with values for that server
    const isOurs = request.url.startsWith(signed.url);
    if (!isRefused || !isOurs || sent.wasReplayed || signal.aborted) {
      end(event);
      return;
    }
    sent.wasReplayed = true;
    void signOrWait(session, signal, (options) => source.refused(signed, status, options))
      .catch(() => undefined)
      .then((replay) => {
        // dash.js has given up the request meanwhile
        if (xhr.readyState !== DONE) return;
        if (!replay) {
          end(event);
          return;
        }
        try {
          sendAgain(replay);
        } catch {
          end(event);
        }
      });
  };
  xhr.onload = xhr.onerror = onEnd;
}

/**
 * Sends a request for a licence or a certificate once more with another token if the server refuses it, unseen by
 * dash.js. dash.js itself would send it again with the refused token, and has no hook for that. It reads `responseType`
 * once each time that the request goes out, after all filters and before it sets headers: a getter makes use of that.
 *
 * @param request carries the token of `signed`
 * @param signal ends waits
 */
export function replayRefused(
  request: LicenseRequest,
  session: Session,
  signed: SignedRequest,
  signal: AbortSignal,
): void {
  const sent: Sent = { session, signal, request, signed, wasReplayed: false };
  let { responseType } = request;
  Object.defineProperty(request, 'responseType', {
    configurable: true,
    get() {
      detachIfElsewhere(sent);
      if (!signal.aborted) beforeSent(request.data ?? request.body, (xhr) => replayOnce(xhr, sent));
      return responseType;
    },
    set: (value: string) => (responseType = value),
  });
}
