import { chmodSync, copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { buildSync } from 'esbuild';
import { createSigningEndpoint, secureToken } from '../../packages/server/src/index.ts';
import { writeLongMp4 } from './long-mp4.ts';
import type { MediaNginx } from './media-nginx.ts';
import { startMediaNginx } from './media-nginx.ts';

const from = (path: string): string => new URL(path, import.meta.url).pathname;
export const SECRET = 'mysecret';

/** What can be changed while it runs. */
interface SignerSettings {
  /** Seconds. */
  ttl: number;
  secret: string;
  /** Seconds before an answer. */
  delay: number;
  /** Answers every call with this status; 0 is off. */
  failWith: number;
  denies: boolean;
  /** The worker's file begins with this comment: another one is a new version. */
  version: string;
}

export interface MediaStage {
  /** Origin of the page; `?`, or `/x.html` for one more. */
  readonly origin: string;
  readonly nginx: MediaNginx;
  readonly signer: SignerSettings & { calls: { urls: string[]; reason: string }[] };
  /** Folder of the protected files. */
  readonly root: string;
  /** URL of a protected file, unsigned. */
  url(path: string): string;
  refusals(): number;
  /** As at the beginning. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

const bundle = (input: string, globalName?: string): string =>
  buildSync({
    entryPoints: [from(`../../packages/${input}`)],
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2022',
    ...(globalName && { globalName }),
    alias: { 'secure-token-core': from('../../packages/core/src/index.ts') },
  }).outputFiles[0]!.text;

const page = (body: string): string => `<!doctype html><meta charset="utf-8"><title>media</title>
<body style="margin:0;background:#fff">${body}
<script src="/progressive.js"></script><script src="/worker-page.js"></script>
<script>
const video = document.querySelector('video');
const seen = { errors: 0, refused: 0, swaps: [], failures: [], types: [] };
video.addEventListener('error', () => seen.errors++);
const follow = (target) => {
  target.addEventListener('swap', ({ reason, gap }) => seen.swaps.push({ reason, gap }));
  target.addEventListener('error', ({ error }) => seen.failures.push(error.code && error.name === 'SecureTokenError' ? error.code : error.name));
  for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied', 'problem']) {
    target.addEventListener(type, (event) => seen.types.push(type === 'problem' ? event.header : type));
  }
  return target;
};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (test, ms = 15000) => {
  const start = performance.now();
  while (!test()) {
    if (performance.now() - start > ms) return -1;
    await sleep(10);
  }
  return performance.now() - start;
};
</script>`;

/** A page, a signing endpoint and an nginx in front of `seconds` of MP4 (64 MB in ten minutes). */
export async function startMediaStage({ seconds = 600, size = 64e6 } = {}): Promise<MediaStage> {
  const folder = mkdtempSync(join(tmpdir(), 'media-'));
  const root = join(folder, 'root');
  mkdirSync(root);
  // nginx runs as nobody
  chmodSync(folder, 0o755);
  writeLongMp4(join(root, 'film.mp4'), { seconds, size });
  copyFileSync(from('../media/v.mp4'), join(root, 'short.mp4'));
  for (const name of ['ts', 'fmp4', 'aes']) cpSync(from(`../media/${name}`), join(root, name), { recursive: true });

  const nginxSettings = { root, secret: SECRET, rate: 0, cors: 'full' } as const;
  const nginx = await startMediaNginx(nginxSettings);
  const initial = { ttl: 5, secret: SECRET, delay: 0, failWith: 0, denies: false, version: '1' };
  const signer: MediaStage['signer'] = { ...initial, calls: [] };
  const files: Record<string, () => string> = {
    '/progressive.js': () => progressive,
    '/worker-page.js': () => workerPage,
    '/token-worker.js': () => `// ${signer.version}\n${worker}`,
    '/own-worker.js': () => `const { createTokenSource, handleFetch } = (() => { ${workerPage}; return SecureTokenWorker; })();
const source = createTokenSource({ endpoint: '/token', protect: '${nginx.origin}/' });
addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => handleFetch(event, source));`,
    '/foreign-worker.js': () => `addEventListener('install', () => skipWaiting());
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', ({ request: { url, destination, mode, headers }, clientId }) => void clients.matchAll().then((all) => all.forEach((one) => one.postMessage([url, destination, mode, headers.get('range'), !!clientId]))));`,
  };
  const progressive = bundle('progressive/src/index.ts', 'SecureTokenProgressive');
  const workerPage = bundle('worker/src/index.ts', 'SecureTokenWorker');
  const worker = bundle('worker/src/token-worker.ts');

  const answer = async (request: Request): Promise<Response> => {
    const { pathname } = new URL(request.url);
    const file = files[pathname];
    if (file) return new Response(file(), { headers: { 'content-type': 'text/javascript', 'cache-control': 'no-cache' } });
    if (pathname !== '/token') {
      return new Response(page('<video muted playsinline width="320" height="180"></video>'), { headers: { 'content-type': 'text/html', 'cache-control': 'no-store' } });
    }
    signer.calls.push((await request.clone().json()) as { urls: string[]; reason: string });
    await delay(signer.delay * 1000);
    if (signer.failWith) return new Response(null, { status: signer.failWith });
    return createSigningEndpoint({
      format: secureToken({ secret: signer.secret }),
      authorize: (_, urls) => (signer.denies ? { denied: urls, ttl: signer.ttl } : true),
      allow: `${nginx.origin}/`,
      ttl: signer.ttl,
    })(request);
  };
  const server = createServer(getRequestListener(answer, { overrideGlobalObjects: false }) as never);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let counted = 0;
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    nginx,
    signer,
    root,
    url: (path) => `${nginx.origin}/${path}`,
    refusals: () => nginx.log().slice(counted).filter(({ status }) => [401, 403, 410].includes(status)).length,
    async reset() {
      Object.assign(signer, initial, { calls: [] });
      await nginx.configure(nginxSettings);
      counted = nginx.log().length;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await nginx.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
