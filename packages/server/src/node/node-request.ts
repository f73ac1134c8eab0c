import { Problem } from '../http/problem.ts';
import type { NodeRequest } from './node-message.ts';
import type { RequestBody } from './request-body.ts';
import { requestUrl } from './request-url.ts';

/**
 * The requests by their signals: keeps a request alive as long as its signal is in use. In Node, only the request holds
 * what aborts its signal. If a handler passes on `request.signal` and needs the request no more, the signal would not
 * abort for a client who leaves after the garbage collector has run.
 */
const requests = new WeakMap<AbortSignal, Request>();

/**
 * Creates a `Request` for a request of Node.
 *
 * @throws `Problem` 400 for a request that the Fetch standard does not allow, such as a TRACE
 */
export function nodeRequest(
  message: NodeRequest,
  { body, trustProxy, signal }: { body: RequestBody; trustProxy: boolean; signal: AbortSignal },
): Request {
  const url = requestUrl(message, trustProxy);
  const { method = 'GET' } = message;
  const { content, isParsed } = body;
  const headers = requestHeaders(message, isParsed ? /^(?:content-length|content-encoding|transfer-encoding)$/ : /^$/);
  // The URL wins: a client may name another host in it (RFC 9112 section 3.2.2), in HTTP/2 in `:authority`.
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
