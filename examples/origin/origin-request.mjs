/**
 * Returns the rest of the URL's path below `base`, or `undefined` for other paths.
 * @param {Request} request
 * @param {string} base begins and ends with `/`
 * @returns {string | undefined} percent-encoded, without a leading slash
 */
export function relativePath(request, base) {
  const { pathname } = new URL(request.url);
  return pathname.startsWith(base) ? pathname.slice(base.length) : undefined;
}

/** @type {(status: number) => Response} */
export const emptyResponse = (status) =>
  new Response(null, { status, headers: { 'Cache-Control': 'no-store', 'Content-Length': '0' } });

/**
 * Lets GET and HEAD through to `answer`.
 * @param {(request: Request) => Promise<Response>} answer
 * @returns {(request: Request) => Promise<Response>}
 */
export const onlyReads = (answer) => async (request) => {
  if (request.method === 'GET' || request.method === 'HEAD') return answer(request);
  return new Response(null, { status: 405, headers: { Allow: 'GET, HEAD' } });
};
