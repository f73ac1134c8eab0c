import { Problem } from '../http/problem.ts';
import type { NodeRequest } from './node-message.ts';
import type { RequestBody } from './request-body.ts';
import { requestUrl } from './request-url.ts';

/**
 * Keeps a request for as long as somebody has its signal. Node holds what aborts that signal by the request alone: a
 * handler that has passed on `request.signal`, and has no use for the request any more, would not hear of a client who
 * leaves once the garbage collector has run.
 */
const requests = new WeakMap<AbortSignal, Request>();

/** @throws `Problem` 400 for what is no request of the Fetch standard, such as a TRACE */
export function nodeRequest(
  message: NodeRequest,
  { body, trustProxy, signal }: { body: RequestBody; trustProxy: boolean; signal: AbortSignal },
): Request {
  const url = requestUrl(message, trustProxy);
  const { method = 'GET' } = message;
  const { content, isParsed } = body;
  const headers = requestHeaders(message, isParsed ? /^(?:content-length|content-encoding|transfer-encoding)$/ : /^$/);
  // A client may name another host in the URL (RFC 9112 section 3.2.2), in HTTP/2 in `:authority`.
  headers.set('Host', new URL(url).host);
  const init = { method, headers, signal, ...(content !== undefined && { body: content, duplex: 'half' }) };
  try {
    const request = new Request(url, init);
    requests.set(request.signal, request);
    return request;
  } catch {
    throw new Problem(400, 'The method, the URL or a header of the request is not valid.');
  }
}

function requestHeaders({ headers }: NodeRequest, without: RegExp): Headers {
  const copy = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // HTTP/2 has the method and the path among its headers.
    if (value === undefined || name.startsWith(':') || without.test(name)) continue;
    for (const each of [value].flat()) copy.append(name, each);
  }
  return copy;
}
