/**
 * The headers that belong to one connection (RFC 9110 section 7.6.1), in addition to those that `Connection` names.
 * They mean nothing to the next connection, and are malformed in HTTP/2 (RFC 9113 section 8.2.2).
 */
const hopByHop = [
  'Connection',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Proxy-Connection',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
];

export function dropHopByHop(headers: Headers): void {
  const named = (headers.get('Connection') ?? '').split(',').map((name) => name.trim());
  for (const name of [...hopByHop, ...named.filter((each) => /^[\w-]+$/.test(each))]) headers.delete(name);
}

/**
 * Returns the headers of a response for the next connection. A response of `fetch` (only these have a URL) still has
 * the headers of a compressed body, although its body is already decoded: they would state a wrong encoding and length.
 */
export function passedOnHeaders(response: Response): Headers {
  const headers = new Headers(response.headers);
  dropHopByHop(headers);
  if (response.url && headers.has('Content-Encoding')) {
    headers.delete('Content-Encoding');
    headers.delete('Content-Length');
  }
  return headers;
}

/** Returns a response for the next connection. Its headers can be changed, unlike those of a response of `fetch`. */
export function passedOn(response: Response): Response {
  const { body, status, statusText } = response;
  return new Response(body, { status, statusText, headers: passedOnHeaders(response) });
}
