/**
 * Headers that belong to one connection (RFC 9110 section 7.6.1), as do the headers that `Connection` names. They mean
 * nothing to the next connection, and are malformed in HTTP/2 (RFC 9113 section 8.2.2).
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
 * The headers of a response as they go to the next connection. A response of `fetch` (which alone has a URL) still has
 * the headers of a compressed body, while its body is decoded already: beside it, they would say where another body
 * ends.
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

/** A response as it goes to the next connection; its headers can be changed, which those of `fetch` cannot. */
export function passedOn(response: Response): Response {
  const { body, status, statusText } = response;
  return new Response(body, { status, statusText, headers: passedOnHeaders(response) });
}
