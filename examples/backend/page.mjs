import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bytesResponse } from '../origin/bytes-response.mjs';
import { mediaType } from '../origin/media-type.mjs';
import { memoryContent } from '../origin/memory-content.mjs';
import { emptyResponse, onlyReads } from '../origin/origin-request.mjs';
import { createVodOrigin } from '../origin/vod-origin.mjs';
import { documentation } from './documentation.mjs';
import { withBar } from './pages.mjs';
import { spfEngine } from './spf-engine.mjs';

/** @type {(path: string) => string} */
const inRepository = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The package that knows secrets has no business in a page. */
const packages = readdirSync(inRepository('packages')).filter((name) => name !== 'server');

/** Folders that are served as they are: URL path, folder. The servers' own files are in none of them. */
const folders = Object.entries({
  '/page/': 'examples/page',
  '/docs/images/': 'docs/images',
  '/hls.js/': 'node_modules/hls.js/dist',
  '/video.js/': 'node_modules/video.js/dist',
  '/shaka-player/': 'node_modules/shaka-player/dist',
  '/dashjs/': 'node_modules/dashjs/dist/modern/esm',
  ...Object.fromEntries(packages.map((name) => [`/packages/${name}/`, `packages/${name}/dist`])),
}).map(([base, folder]) => ({ base, serve: createVodOrigin({ base, root: inRepository(folder) }) }));

const workerFiles = createVodOrigin({ root: inRepository('packages/worker/dist') });

/** The service worker helps only pages beside or below its own address. Its file is that of development. */
const workerFile = (/** @type {Request} */ request) => {
  const url = new URL(request.url);
  url.pathname = url.pathname.replace(/\.js$/, '.development.js');
  return workerFiles(new Request(url, request));
};

/** @type {(request: Request, current: string) => Promise<Response>} */
async function examplePage(request, current) {
  const text = await readFile(inRepository(`examples/${current}`), 'utf8').catch(() => undefined);
  if (text === undefined) return emptyResponse(404);
  const html = withBar(text, { current, hasServers: true });
  return bytesResponse(request, memoryContent(html, { type: mediaType('.html') }));
}

/**
 * Serves the pages, the documentation, the built packages and the players, and tells the pages where the other two servers are.
 * @param {Readonly<Record<string, string>>} addresses exported by `/addresses.js` under these names
 * @returns {(request: Request) => Promise<Response>}
 */
export function createPage(addresses) {
  const lines = Object.entries(addresses).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`);
  const script = memoryContent(lines.join(''), { type: mediaType('.js') });
  /**
   * SPF for the pages, made when it is asked for first.
   * @type {Promise<import('../origin/bytes-response.mjs').Content> | undefined}
   */
  let engine;
  return onlyReads(async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === '/addresses.js') return bytesResponse(request, script);
    if (pathname === '/spf/hls-video.js') {
      engine ??= spfEngine('esm').then((text) => memoryContent(text, { type: mediaType('.js') }));
      return bytesResponse(request, await engine);
    }
    if (/^\/token-worker(-all)?\.js$/.test(pathname)) return workerFile(request);
    const [, name] = /^\/([a-z0-9-]+\.html)?$/.exec(pathname) ?? [];
    if (pathname === '/' || name !== undefined) return examplePage(request, name ?? 'index.html');
    const folder = folders.find(({ base }) => pathname.startsWith(base));
    if (folder) return folder.serve(request);
    return (await documentation(request)) ?? emptyResponse(404);
  });
}
