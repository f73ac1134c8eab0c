import { readFileSync } from 'node:fs';
import { helpers, pageHtml } from './page.ts';

/** A script as it is shipped. */
const shipped = (path: string): string => readFileSync(new URL(`../../packages/${path}`, import.meta.url), 'utf8');

const html = pageHtml(['/helpers.js', '/progressive.js', '/worker-page.js']);

const takesOver = `addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));`;

/** Answers for the page of the media tests, its scripts and its workers; `version` is written into the token worker. */
export function mediaPage({ version, edge }: { version: () => string; edge: string }): (pathname: string) => Response {
  const workerPage = shipped('worker/dist/secure-token-worker.min.js');
  const workers = new Map(
    ['/token-worker.js', '/token-worker-all.js', '/token-worker.development.js'].map((name) => [
      name,
      shipped(`worker/dist${name}`),
    ]),
  );
  const fixed: Record<string, string> = {
    '/helpers.js': helpers,
    '/progressive.js': shipped('progressive/dist/secure-token-progressive.min.js'),
    '/worker-page.js': workerPage,
    '/own-worker.js': `const { createTokenSource, handleFetch } = (() => { ${workerPage}
  return SecureTokenWorker; })();
const source = createTokenSource({ endpoint: '/token', protect: '${edge}/' });
addEventListener('fetch', (event) => handleFetch(event, source));
${takesOver}`,
    // its settings are in its own URL, as those of the token worker are
    '/importing-worker.js': `importScripts('/token-worker.js');`,
    '/foreign-worker.js': `addEventListener('fetch', () => undefined);\n${takesOver}`,
  };
  return (pathname) => {
    const worker = workers.get(pathname);
    const script = worker === undefined ? fixed[pathname] : `// ${version()}\n${worker}`;
    const headers = {
      'content-type': script ? 'text/javascript' : 'text/html',
      'cache-control': script ? 'no-cache' : 'no-store',
    };
    return new Response(script ?? html, { headers });
  };
}
