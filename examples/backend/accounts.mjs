import { randomBytes } from 'node:crypto';
import { Hono } from 'hono';
import { cors } from 'hono/cors';
import { createEdgeHandler, createSigningEndpoint } from 'secure-token-server';
import { commonAccessToken } from 'secure-token-server/cat';
import { createSessions, memoryStore } from 'secure-token-server/sessions';
import { createContinuousOrigin } from '../origin/continuous-origin.mjs';

/** The number of sessions of an account that may play at a time. */
const limit = 3;
/** The URL path of everything here, at the app and at the edge. */
const base = '/accounts/';

/**
 * Creates the endpoint and the edge of accounts whose sessions are counted, listed and ended. Tokens are Common Access
 * Tokens, because these carry the id of a session.
 * @param {object} options
 * @param {import('../origin/bytes-response.mjs').Files} options.files fMP4
 * @param {number} options.ttl seconds
 */
export function createAccounts({ files, ttl }) {
  const format = commonAccessToken({ keys: [{ id: 'demo', key: randomBytes(32).toString('hex') }] });
  const sessions = createSessions({ store: memoryStore(), viewer: accountOf, limit });
  /** Accounts that have signed out everywhere, until the next log-in. @type {Set<string>} */
  const signedOut = new Set();

  return {
    edge: createEdgeHandler({
      format,
      sessions,
      origin: createContinuousOrigin({ files, seconds: 20, times: 30, base }),
    }),

    /**
     * @param {object} options
     * @param {readonly string[]} options.pages origins of the pages
     * @param {string} options.edge URL of the edge; ends without `/`
     * @returns {(request: Request) => Response | Promise<Response>}
     */
    app({ pages, edge }) {
      const endpoint = createSigningEndpoint({
        format,
        sessions,
        ttl,
        allow: edge + base,
        cors: { origins: pages },
        authorize: (request) => !signedOut.has(accountOf(request)),
      });
      const app = new Hono().basePath(base);
      app.use('*', async (context, next) =>
        // the endpoint answers for itself
        context.req.path === `${base}token` ? next() : cors({ origin: [...pages] })(context, next),
      );
      app.all('/token', ({ req }) => endpoint(req.raw));
      app.get('/sessions', async (context) => {
        const { raw } = context.req;
        const own = await sessions.idOf(raw, context.req.query('session'));
        const listed = await sessions.list(accountOf(raw));
        return context.json({
          isSignedOut: signedOut.has(accountOf(raw)),
          limit,
          sessions: listed.map((each) => ({ ...each, isOwn: each.id === own })),
        });
      });
      app.post('/end', async (context) => {
        const { id } = await context.req.json();
        // who knows an id of another account must not end its sessions
        const listed = await sessions.list(accountOf(context.req.raw));
        if (listed.some((each) => each.id === id)) await sessions.end(id);
        return context.body(null, 204);
      });
      app.post('/sign-out', async (context) => {
        const account = accountOf(context.req.raw);
        // the log-in ends first: a session that calls in between would begin again
        signedOut.add(account);
        await sessions.end({ viewer: account });
        return context.body(null, 204);
      });
      app.post('/log-in', (context) => {
        signedOut.delete(accountOf(context.req.raw));
        return context.body(null, 204);
      });
      app.post('/leave', async (context) => {
        const { session } = await context.req.json();
        await sessions.leave(context.req.raw, session);
        return context.body(null, 204);
      });
      return (request) => app.fetch(request);
    },
  };
}

/**
 * Returns the account of a request. An app of yours reads and verifies the log-in here.
 * @type {(request: Request) => string}
 */
const accountOf = (request) => request.headers.get('X-Account') ?? '';
