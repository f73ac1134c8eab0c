import type { Page } from 'playwright-core';
import { test } from 'vitest';
import { openChromium } from './chromium.mjs';
import { runIn } from './engines.ts';
import type { Listening } from './listen.ts';
import { listen } from './listen.ts';
import { mediaPage } from './media-page.ts';

/** A request as the edge has got it. */
interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
}

/** An edge that keeps what it gets, and a page whose endpoint can fail. */
export interface ScriptLab {
  readonly edge: Listening;
  readonly site: Listening;
  readonly received: Received[];
  /** URLs that the worker has asked the endpoint for, call by call. */
  readonly asked: string[][];
  /** Answers of the edge, one after the other; the edge serves when there are no more. */
  readonly answers: ((request: Request) => Response | Promise<Response>)[];
  /** Status of the endpoint's answers. */
  endpointStatus: number;
  /** Members of a token that say how the worker's tokens travel. */
  carrier: object;
}

const cors = (request: Request): Record<string, string> => ({
  'access-control-allow-origin': request.headers.get('origin') ?? '*',
  'access-control-allow-credentials': 'true',
  'access-control-allow-headers': 'x-token, if-none-match',
  'access-control-expose-headers': 'Content-Range, Content-Length, ETag, X-Own',
});

function serve(request: Request): Response {
  const { pathname } = new URL(request.url);
  if (request.method === 'OPTIONS') return new Response(null, { status: 204 });
  if (pathname.endsWith('.m3u8')) {
    const segments = Array.from({ length: 12 }, (_, index) => `#EXTINF:2,\ns${index}.ts\n`).join('');
    return new Response(`#EXTM3U\n#EXT-X-TARGETDURATION:2\n${segments}`);
  }
  if (request.headers.has('if-none-match')) return new Response(null, { status: 304 });
  const [, start, end] = /^bytes=(\d)-(\d)$/.exec(request.headers.get('range') ?? '') ?? [];
  if (start === undefined) return new Response('0123456789', { headers: { etag: '"1"', 'x-own': 'kept' } });
  const headers = { 'content-range': `bytes ${start}-${end}/10` };
  return new Response('0123456789'.slice(Number(start), Number(end) + 1), { status: 206, headers });
}

async function startLab(): Promise<ScriptLab & { stop(): Promise<void> }> {
  const received: Received[] = [];
  const answers: ScriptLab['answers'] = [];
  const edge = await listen(async (request) => {
    const { pathname, search } = new URL(request.url);
    received.push({ method: request.method, path: pathname + search, headers: request.headers });
    const answer = request.method === 'OPTIONS' ? serve : (answers.shift() ?? serve);
    const response = await answer(request);
    for (const [name, value] of Object.entries(cors(request))) response.headers.set(name, value);
    return response;
  });
  const pages = mediaPage({ version: () => '1', edge: edge.origin });
  const lab = { edge, received, answers, asked: [] as string[][], endpointStatus: 200, carrier: {} };
  let count = 0;
  const site = await listen(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname !== '/token') return pages(pathname);
    const { urls } = (await request.json()) as { urls: string[] };
    lab.asked.push(urls);
    if (lab.endpointStatus !== 200) return new Response(null, { status: lab.endpointStatus });
    const query = { st: `worker${++count}` };
    return Response.json({
      tokens: urls.map((url) => ({ url, expires: Date.now() / 1000 + 60, query, ...lab.carrier })),
    });
  });
  return Object.assign(lab, {
    site,
    stop: async () => {
      await Promise.all([site.close(), edge.close()]);
    },
  });
}

interface ScriptFixtures {
  readonly lab: ScriptLab;
  readonly page: Page;
  /** Runs in the page; `args` has the URL of a protected folder in `vod`. */
  readonly run: <T>(body: string, args?: object) => Promise<T>;
}

/** Tests that each have a lab, a browser's profile and a page that the worker controls, of their own. */
export const scriptTest = test.extend<ScriptFixtures>({
  // eslint-disable-next-line no-empty-pattern -- Vitest reads from the pattern which fixtures it needs
  lab: async ({}, use) => {
    const lab = await startLab();
    await use(lab);
    await lab.stop();
  },
  page: async ({ lab }, use) => {
    const browser = await openChromium();
    const page = await (await browser.newContext()).newPage();
    await page.goto(lab.site.origin);
    await use(page);
    await browser.close();
  },
  run: async ({ lab, page }, use) =>
    use((body, args = {}) =>
      runIn(page, body, { vod: `${lab.edge.origin}/vod/`, edge: `${lab.edge.origin}/`, ...args }),
    ),
});

const options = `endpoint: '/token', protect: args.vod, retry: { limit: 0 }`;

/** Body of a function in the page: registers the worker, where another one may keep the page. */
export const registersAlone = (): string => `window.worker = follow(
  await SecureTokenWorker.registerTokenWorker('/token-worker-all.js', { ${options}, requests: 'all' }));`;

/** It resolves without the worker where that is slow to take over. */
const controls = `await until(() => window.worker.controls);`;

/** Body of a function in the page: registers the worker for the requests of scripts. */
export const registers = (): string => `${registersAlone()} ${controls}`;

/** Body of a function in the page: registers the worker for the requests of scripts, and the page signs for it. */
export const registersAndSigns = (): string => `window.worker = follow(
  await SecureTokenWorker.registerTokenWorker('/token-worker-all.js', {
    source: SecureTokenWorker.createTokenSource({ ${options} }), protect: args.vod, requests: 'all',
    playlists: SecureTokenWorker.hlsOrDash })); ${controls}`;
