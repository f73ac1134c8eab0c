import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { createSigningEndpoint, signUrl } from 'secure-token-server';
import { demoFormats } from './demo-format.mjs';
import { changeControls, demoNow, isStopped, readControls } from './demo-state.mjs';

/** Thrown while the endpoint is stopped. */
class Stopped extends Error {}

/**
 * The team's own server: the signing endpoint, another one that answers for what a playlist names too, an API of the
 * team's own that returns one token for code by hand, and what the buttons call.
 * @param {import('./demo-state.mjs').DemoState} state
 * @param {object} options
 * @param {string} [options.base] of its paths; begins with `/`, ends without
 * @param {readonly string[]} options.pages origins of the pages
 * @param {string} options.edge URL of the edge, which may be signed; ends without `/`
 * @param {number} options.ttl seconds
 * @param {(url: string, init: RequestInit) => Promise<Response>} [options.fetch] reads playlists from the edge
 * @param {() => unknown} [options.save] called after each change of `state`
 * @param {(request: Request) => Promise<Response>} [options.doctor] answers at `/doctor`
 * @param {(request: Request) => Response | Promise<Response>} [options.accounts] answers below `/accounts/`
 * @returns {(request: Request) => Response | Promise<Response>}
 */
export function createApp(state, options) {
  const { base = '', pages, edge, ttl, fetch, save = () => undefined, doctor, accounts } = options;
  const edgeBase = new URL(edge).pathname.replace(/\/$/, '');
  const clock = () => demoNow(state);

  /** Whether the viewer may watch; takes as long as it has to. @type {(request: Request) => Promise<boolean>} */
  const authorize = async (request) => {
    if (state.slow) await new Promise((resolve) => setTimeout(resolve, 500));
    if (isStopped(state)) throw new Stopped('Stopped by a button');
    return !state.revoked.has(viewerOf(request));
  };
  /** @type {import('secure-token-server').SigningEndpointOptions} */
  const signing = {
    format: () => demoFormats(state.secret, edgeBase)[state.tokens],
    allow: `${edge}/`,
    ttl,
    cors: { origins: pages },
    clock,
    authorize,
    onError(error) {
      if (!(error instanceof Stopped)) console.error(error);
    },
  };
  const signingEndpoint = createSigningEndpoint(signing);
  const expandingEndpoint = createSigningEndpoint({ ...signing, expand: fetch ? { fetch } : true });

  const app = new Hono().basePath(base);
  app.all('/token', ({ req }) => signingEndpoint(req.raw));
  app.all('/token/expanded', ({ req }) => expandingEndpoint(req.raw));
  for (const path of ['/by-hand/token', '/controls', '/doctor'])
    app.use(path, cors({ origin: [...pages], allowMethods: ['GET', 'PATCH', 'POST'] }));

  app.get('/by-hand/token', async (context) => {
    const url = context.req.query('url') ?? '';
    if (!url.startsWith(`${edge}/by-hand/`)) return context.text('Give the url of a film for code by hand.', 400);
    try {
      if (!(await authorize(context.req.raw))) return context.text('Denied', 403);
    } catch {
      return context.text('Stopped by a button', 503);
    }
    const { folder: format } = demoFormats(state.secret, edgeBase);
    const signed = await signUrl(url, { format, expires: Math.floor(clock() / 1000) + ttl });
    return context.json(Object.fromEntries(new URL(signed).searchParams));
  });
  app.get('/controls', (context) => context.json(readControls(state, viewerOf(context.req.raw))));
  app.patch('/controls', async (context) => {
    const viewer = viewerOf(context.req.raw);
    try {
      changeControls(state, viewer, await context.req.json());
    } catch (error) {
      return context.text(String(error), 400);
    }
    await save();
    return context.json(readControls(state, viewer));
  });
  if (doctor) app.post('/doctor', ({ req }) => doctor(req.raw));
  if (accounts) app.all('/accounts/*', ({ req }) => accounts(req.raw));
  return (request) => app.fetch(request);
}

/** Returns the viewer of a request. An app of yours reads the session here. @type {(request: Request) => string} */
const viewerOf = (request) => request.headers.get('X-Viewer') ?? '';
