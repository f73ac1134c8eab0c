import { readFile, readdir } from 'node:fs/promises';
import { JSDOM } from 'jsdom';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PackedApp, canInstall } from '../support/packed-app.ts';

const wanted = { vite: '^8', webpack: '^5', esbuild: '^0.28' };
type Bundler = keyof typeof wanted;
const names = Object.keys(wanted) as Bundler[];
/** Whether the registry has each bundler in reach; else its test is skipped. */
const found = await Promise.all(names.map((name) => canInstall(name, wanted[name])));
const has = (name: Bundler): boolean => found[names.indexOf(name)]!;

/** An app of all browser packages; `workerUrl` is how its bundler finds the file of the token worker. */
const page = (workerUrl: string): string => `
  import { createTokenSource } from 'secure-token-core';
  import { secureFetch } from 'secure-token-fetch';
  import { secureTokenConfig } from 'secure-token-hlsjs';
  import { secureVideo } from 'secure-token-progressive';
  import { registerTokenWorker } from 'secure-token-worker';
  import { registerSecureToken } from 'videojs-secure-token';
  ${workerUrl}
  const url = 'https://cdn.example.com/film.mp4';
  const source = createTokenSource({
    getTokens: async () => ({ url, expires: 4e9, query: { st: 'signed' } }),
    protect: 'https://cdn.example.com/',
  });
  window.facts = {
    workerUrl,
    functions: [secureFetch, secureTokenConfig, secureVideo, registerTokenWorker, registerSecureToken],
    signed: source.sign(url).then((request) => (source.destroy(), request.url)),
  };`;

let app: PackedApp;
beforeAll(async () => {
  app = await PackedApp.install(Object.fromEntries(names.filter(has).map((name) => [name, wanted[name]])));
}, 180_000);
afterAll(() => app.remove());

/** Runs a built script as a page does, and returns the address of the token worker. */
async function runAsPage(code: string): Promise<string> {
  const { window } = new JSDOM('', { url: 'https://app.example.com/', runScripts: 'outside-only' });
  try {
    window.eval(code);
    const { facts } = window as unknown as {
      facts: { workerUrl?: string | URL; functions: unknown[]; signed: Promise<string> };
    };
    expect(await facts.signed).toBe('https://cdn.example.com/film.mp4?st=signed');
    expect(facts.functions.map((each) => typeof each)).toEqual(Array(5).fill('function'));
    return String(facts.workerUrl);
  } finally {
    window.close();
  }
}

const read = (...parts: string[]): Promise<string> => readFile(app.path(...parts), 'utf8');
const shippedWorker = (): Promise<string> => read('node_modules/secure-token-worker/dist/token-worker.js');

test.skipIf(!has('vite'))('Vite builds an app of all browser packages, and copies the token worker', async () => {
  await app.write({
    'vite/index.html': '<script type="module" src="/main.js"></script>',
    'vite/main.js': page("import workerUrl from 'secure-token-worker/token-worker.js?url';"),
  });
  const { stderr } = await app.run('node_modules/.bin/vite', ['build', 'vite', '--logLevel', 'warn']);
  expect(stderr).toBe('');
  const script = (await readdir(app.path('vite/dist/assets'))).find((name) => name.startsWith('index'))!;
  const workerUrl = await runAsPage(await read('vite/dist/assets', script));
  expect(await read('vite/dist', workerUrl)).toBe(await shippedWorker());
});

test.skipIf(!has('webpack'))('webpack builds an app of all browser packages, and emits the token worker', async () => {
  await app.write({
    'webpack/main.js': page("const workerUrl = new URL('secure-token-worker/token-worker.js', import.meta.url);"),
    'webpack/build.js': `
      import webpack from 'webpack';
      const output = { path: import.meta.dirname + '/dist', publicPath: '/' };
      const options = { mode: 'production', entry: import.meta.dirname + '/main.js', output };
      webpack({ ...options, performance: { hints: false } }, (_, stats) => {
        const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
        console.log(JSON.stringify([...errors, ...warnings].map(({ message }) => message)));
      });`,
  });
  const { stdout } = await app.run('node', ['webpack/build.js']);
  expect(JSON.parse(stdout)).toEqual([]);
  const workerUrl = await runAsPage(await read('webpack/dist/main.js'));
  // minified once more
  expect(await read('webpack/dist', new URL(workerUrl).pathname)).toMatch(/addEventListener[\s\S]*\("fetch",/);
});

test.skipIf(!has('esbuild'))('esbuild builds an app of all browser packages', async () => {
  await app.write({ 'esbuild/main.js': page('const workerUrl = undefined;') });
  const args = ['esbuild/main.js', '--bundle', '--minify', '--outfile=esbuild/dist.js', '--log-level=warning'];
  const { stderr } = await app.run('node_modules/.bin/esbuild', args);
  expect(stderr).toBe('');
  await runAsPage(await read('esbuild/dist.js'));
});
