/** The headers that belong to one connection (RFC 9110 section 7.6.1), besides those that `Connection` names. */
const hopByHop = /^(?:connection|keep-alive|proxy-.+|te|trailer|transfer-encoding|upgrade)$/;

/** Removes the headers of one connection. They are malformed in HTTP/2 (RFC 9113 section 8.2.2). */
export function dropHopByHop(headers: Headers): void {
  const named = (headers.get('Connection') ?? '').toLowerCase().split(/[\s,]+/);
  for (const name of [...headers.keys()]) if (hopByHop.test(name) || named.includes(name)) headers.delete(name);
}

/**
 * Returns a response for the next connection. Its headers can be changed, unlike those of a response of `fetch`. A
 * response of `fetch` (only these have a URL) still has the headers of a compressed body, although its body is already
 * decoded: they would state a wrong encoding and length.
 *
 * @throws `TypeError` for a body that other code has read
 */
export function passedOn(response: Response): Response {
  const { body, status, statusText } = response;
  const headers = new Headers(response.headers);
  dropHopByHop(headers);
  if (response.url && headers.has('Content-Encoding')) {
    headers.delete('Content-Encoding');
    headers.delete('Content-Length');
  }
  return new Response(body, { status, statusText, headers });
}
