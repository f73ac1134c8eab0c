import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { launchChromium } from '../support/chromium.mjs';

const scripts = ['node_modules/hls.js/dist/hls.min.js', 'packages/hlsjs/dist/secure-token-hlsjs.min.js'];

/** Runs in the page: one request after the other through hls.js's own loader, and through it with a token at hand. */
async function measure() {
  const { Hls, SecureTokenHls } = /** @type {any} */ (globalThis);
  const hls = new Hls();
  const Bare = hls.config.loader;
  const expires = Date.now() / 1000 + 3600;
  const tokens = [
    { prefix: `${globalThis.location.origin}/`, expires, query: { st: 'm6WCATfRgS_5lcyChCPgrw', e: '1732450300' } },
  ];
  SecureTokenHls.secureToken(hls, { getTokens: () => Promise.reject(new Error('not needed')), tokens });
  const Ours = hls.config.loader;
  const loadPolicy = { maxTimeToFirstByteMs: 9000, maxLoadTimeMs: 9000, errorRetry: null, timeoutRetry: null };
  const load = (/** @type {any} */ Loader, /** @type {number} */ i) =>
    new Promise((onSuccess, onError) => {
      const context = { url: `/segment?${i}`, responseType: 'arraybuffer' };
      new Loader(hls.config).load(
        context,
        { loadPolicy },
        {
          onSuccess,
          onError: (/** @type {any} */ error) => onError(new Error(JSON.stringify(error))),
          onTimeout: onError,
        },
      );
    });
  const perRequest = async (/** @type {any} */ Loader) => {
    const start = performance.now();
    for (let i = 0; i < 150; i++) await load(Loader, i);
    return (performance.now() - start) / 150;
  };
  /** @type {[number, number][]} */
  const rounds = [];
  for (let round = 0; round < 9; round++) rounds.push([await perRequest(Ours), await perRequest(Bare)]);
  hls.destroy();
  return rounds.slice(1);
}

/** @param {number[]} values */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Measures what a token at hand costs a request, in a real browser on loopback. */
export async function run() {
  const html = scripts.map((path) => `<script>${readFileSync(path, 'utf8')}</script>`).join('');
  const server = createServer((request, response) => {
    response.setHeader('content-type', request.url === '/' ? 'text/html' : 'video/mp2t');
    response.end(request.url === '/' ? html : 'x');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {{ port: number }} */ (server.address());
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    const rounds = await page.evaluate(measure);
    const ours = median(rounds.map(([each]) => each));
    const bare = median(rounds.map(([, each]) => each));
    const ratio = median(rounds.map(([a, b]) => a / b));
    return [{ name: 'ms a request, token at hand / bare hls.js loader', ours, bare, ratio: Number(ratio.toFixed(3)) }];
  } finally {
    await browser.close();
    server.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) console.table(await run());
