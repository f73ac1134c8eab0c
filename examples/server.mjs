import { fileURLToPath } from 'node:url';
import { createAccounts } from './backend/accounts.mjs';
import { createApp } from './backend/app.mjs';
import { createDoctor } from './backend/doctor.mjs';
import { createDemoState } from './backend/demo-state.mjs';
import { createEdge } from './backend/edge.mjs';
import { listen } from './backend/listen.mjs';
import { createPage } from './backend/page.mjs';
import { tellingStatus } from './backend/told-status.mjs';
import { filesBelow } from './origin/file-content.mjs';

/** Seconds that a token lives, so few that every minute of playback goes through dozens of renewals. */
const ttl = 10;
const media = fileURLToPath(new URL('../test/media', import.meta.url));

/**
 * Starts three servers on three ports, so that everything between them is as cross-origin as it is in production: the
 * pages, the app that signs for them, and the edge that delivers. A port that is taken is replaced by a free one.
 * @param {object} [options]
 * @param {number} [options.pagePort] 0 for any free port
 * @param {number} [options.appPort]
 * @param {number} [options.edgePort]
 * @param {string} [options.host]
 * @returns {Promise<{ url: string, app: string, edge: string, close: () => Promise<void> }>}
 */
export async function startExamples({ pagePort = 8080, appPort = 8081, edgePort = 8082, host = '127.0.0.1' } = {}) {
  const state = createDemoState();
  const accounts = createAccounts({ files: filesBelow(`${media}/fmp4`), ttl });
  const films = createEdge(state, { files: filesBelow(media) });
  const handleEdge = (/** @type {Request} */ request) =>
    new URL(request.url).pathname.startsWith('/accounts/') ? accounts.edge(request) : films(request);
  const edgeServer = await listen(tellingStatus(handleEdge), { host, port: edgePort });
  const edge = `http://${host}:${edgeServer.port}`;

  // Each server has to know the ports of the others; requests come only once all three are there.
  /** @type {{ handle: (request: Request) => Response | Promise<Response> }} */
  const page = { handle: () => new Response(null, { status: 503 }) };
  const pageServer = await listen((request) => page.handle(request), { host, port: pagePort });
  const pages = [host, 'localhost'].map((name) => `http://${name}:${pageServer.port}`);

  const options = {
    pages,
    edge,
    ttl,
    doctor: createDoctor(state, { pages, edge, host }),
    accounts: accounts.app({ pages, edge }),
  };
  const appServer = await listen(tellingStatus(createApp(state, options)), { host, port: appPort });
  const app = `http://${host}:${appServer.port}`;
  page.handle = createPage({ app, edge, doctor: `${app}/doctor` });

  const servers = [pageServer, appServer, edgeServer];
  return {
    url: `http://${host}:${pageServer.port}/`,
    app,
    edge,
    close: async () => {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}
