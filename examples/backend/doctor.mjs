import { examine } from 'secure-token-cli/doctor';
import { demoFormats } from './demo-format.mjs';

/**
 * Creates a handler that answers with what `secure-token doctor` says of the URL that a page plays. The doctor asks
 * this edge and this endpoint as the page does. The secret also lets the doctor make the expired token that an edge has
 * to refuse.
 * @param {import('./demo-state.mjs').DemoState} state
 * @param {object} options
 * @param {readonly string[]} options.pages origins of the pages
 * @param {string} options.edge URL of the edge, which may be examined; ends without `/`
 * @param {string} options.host of this server: a client may name another one in `Host`
 * @returns {(request: Request) => Promise<Response>}
 */
export function createDoctor(state, { pages, edge, host }) {
  let isBusy = false;
  return async (request) => {
    const page = request.headers.get('Origin') ?? '';
    if (!pages.includes(page)) return new Response('Only the example pages may ask.', { status: 403 });
    const body = await request.json().catch(() => undefined);
    const url = body?.url;
    // whoever could name another host would send the requests of this server there
    if (typeof url !== 'string' || !url.startsWith(`${edge}/`))
      return new Response('Send { "url" }, a URL of the edge.', { status: 400 });
    // one at a time: players need the servers, too
    if (isBusy) return new Response('The doctor is busy.', { status: 429, headers: { 'Retry-After': '10' } });
    isBusy = true;
    try {
      const viewer = request.headers.get('X-Viewer');
      const { findings, asked } = await examine({
        url,
        page,
        endpoint: `http://${host}:${new URL(request.url).port}/token`,
        ...(viewer !== null && { headers: { 'X-Viewer': viewer } }),
        format: demoFormats(state.secret)[state.tokens],
      });
      return Response.json({ findings, asked });
    } finally {
      isBusy = false;
    }
  };
}
