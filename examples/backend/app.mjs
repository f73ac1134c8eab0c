import { setTimeout as delay } from 'node:timers/promises';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { createSigningEndpoint } from 'secure-token-server';
import { demoFormats } from './demo-format.mjs';
import { changeControls, readControls } from './demo-state.mjs';
import { createDoctor } from './doctor.mjs';

/**
 * The team's own server: the signing endpoint, another one that answers for what a playlist names too, and what the
 * buttons call, the doctor among it.
 * @param {import('./demo-state.mjs').DemoState} state
 * @param {object} options
 * @param {readonly string[]} options.pages origins of the pages
 * @param {readonly string[]} options.edges URL prefixes that may be signed
 * @param {number} options.ttl seconds
 * @param {string} options.host
 * @param {(request: Request) => Response | Promise<Response>} options.accounts answers below `/accounts/`
 * @returns {(request: Request) => Response | Promise<Response>}
 */
export function createApp(state, { pages, edges, ttl, host, accounts }) {
  /** @type {import('secure-token-server').SigningEndpointOptions} */
  const signing = {
    format: () => demoFormats(state.secret)[state.tokens],
    allow: edges,
    ttl,
    cors: { origins: pages },
    async authorize(request) {
      if (state.endpoint === 'slow') await delay(500);
      if (state.endpoint === 'down') throw new Error('Stopped by a button');
      return !state.revoked.has(viewerOf(request));
    },
  };
  const signingEndpoint = createSigningEndpoint(signing);
  const expandingEndpoint = createSigningEndpoint({ ...signing, expand: true });

  const doctor = createDoctor(state, { pages, edges, host });

  const app = new Hono();
  app.all('/token', ({ req }) => signingEndpoint(req.raw));
  app.all('/token/expanded', ({ req }) => expandingEndpoint(req.raw));
  app.all('/accounts/*', ({ req }) => accounts(req.raw));
  app.use('/controls', cors({ origin: [...pages], allowMethods: ['GET', 'PATCH'] }));
  app.get('/controls', (context) => context.json(readControls(state, viewerOf(context.req.raw))));
  app.patch('/controls', async (context) => {
    const viewer = viewerOf(context.req.raw);
    try {
      changeControls(state, viewer, await context.req.json());
    } catch (error) {
      return context.text(String(error), 400);
    }
    return context.json(readControls(state, viewer));
  });
  app.use('/doctor', cors({ origin: [...pages], allowMethods: ['POST'] }));
  app.post('/doctor', ({ req }) => doctor(req.raw));
  return (request) => app.fetch(request);
}

/** Returns the viewer of a request. An app of yours reads the session here. @type {(request: Request) => string} */
const viewerOf = (request) => request.headers.get('X-Viewer') ?? '';
