// The service worker of the site: signing endpoint and edge, which are servers where the site has none.
import { get, set } from 'idb-keyval';
import { createApp } from '../backend/app.mjs';
import { createDemoState } from '../backend/demo-state.mjs';
import { createEdge } from '../backend/edge.mjs';
import { tellingStatus } from '../backend/told-status.mjs';
import { filesAt } from './files-at.mjs';

const worker = /** @type {WorkerScope} */ (/** @type {unknown} */ (globalThis));
/** Where the site is: any host, any folder. Without a slash at the end. */
const site = new URL('.', worker.location.href).href.replace(/\/$/, '');
const app = `${site}/app`;
const edge = `${site}/edge`;
/** As long as on the pages with servers. Seconds. */
const TTL = 10;

/** Browsers stop a worker that has nothing to do: what it has to know when it starts again. */
const KEY = `secure-token ${site}`;
/** It is no secret here, and says so. */
const LABEL = 'for-show-only-';

/**
 * What there is of the types of a service worker, without their library, which does not go with that of a page.
 * @typedef {object} WorkerScope
 * @property {URL} location
 * @property {{ claim(): Promise<void> }} clients
 * @property {() => Promise<void>} skipWaiting
 * @property {(type: string, listener: (event: WorkerEvent) => void) => void} addEventListener
 * @typedef {{
 *   request: Request, data: unknown,
 *   respondWith(answer: Promise<Response>): void, waitUntil(work: Promise<unknown>): void
 * }} WorkerEvent
 */

/** @type {(url: string | URL) => string} */
const pathOf = (url) => new URL(url).pathname;

async function start() {
  /** @type {import('../backend/demo-state.mjs').DemoState} */
  const state = (await get(KEY)) ?? createDemoState(LABEL);
  const save = () => set(KEY, state);
  await save();
  const handleEdge = createEdge(state, { base: pathOf(edge), files: filesAt(`${site}/media/`) });
  const handleApp = createApp(state, {
    base: pathOf(app),
    pages: [worker.location.origin],
    edge,
    ttl: TTL,
    save,
    // what a worker asks for does not come back to it
    fetch: (url, init) => handleEdge(new Request(url, init)),
  });
  return { app: tellingStatus(handleApp), edge: tellingStatus(handleEdge) };
}

/** The request with a stream of its body, which Firefox does not have. @type {(request: Request) => Promise<Request>} */
async function withBody(request) {
  if ('body' in Request.prototype) return request;
  const { body } = new Response(await request.clone().arrayBuffer());
  return Object.defineProperty(request, 'body', { value: body });
}

const servers = start();

worker.addEventListener('install', (event) => event.waitUntil(worker.skipWaiting()));
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));
// a page that was reloaded past its worker asks for it
worker.addEventListener('message', (event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.url.startsWith(`${edge}/`)) event.respondWith(servers.then((all) => all.edge(request)));
  if (request.url.startsWith(`${app}/`))
    event.respondWith(servers.then(async (all) => all.app(await withBody(request))));
});
