import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { cp, readFile, readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import express from 'express';
import root from '../../package.json' with { type: 'json' };
import { createSigningEndpoint, azion, toNodeHandler } from 'secure-token-server';
import { openChromium } from '../support/chromium.mjs';
import { freePort } from '../support/free-port.ts';
import { PackedApp, canInstall } from '../support/packed-app.ts';

const page = readFileSync('docs/endpoint.md', 'utf8');
/** The endpoint that each framework imports. */
const endpoint = /^```js\n(\/\/ token\.mjs\n[\s\S]*?)^```/m.exec(page)![1]!;

/** The files that a page shows below the heading of a framework, by the names in their first lines. */
function filesOf(framework: string, text = page): Record<string, string> {
  const [, section = ''] = new RegExp(`^###? ${framework}\n([\\s\\S]*?)(?=^###? |$(?![\\s\\S]))`, 'm').exec(text) ?? [];
  const blocks = section.matchAll(/^```\w+\n((?:---\n)?(?:\/\/|<!--) ([\w.+/-]+)[^\n]*\n[\s\S]*?)^```/gm);
  return Object.fromEntries([...blocks].map(([, text, name]) => [name!, text!]));
}

const SECRET = 'the secret of a test';
const film = 'https://cdn.example.com/vod/7/master.m3u8';

interface Running {
  readonly address: string;
  stop(): Promise<unknown>;
}

interface Framework {
  readonly name: string;
  /** Versions of the newest major that runs on the oldest Node that this project supports. */
  readonly wanted: Readonly<Record<string, string>>;
  /** Adds what the framework's own tool makes of a new app. */
  readonly make: (app: PackedApp) => Promise<void>;
  /** The program that builds the app, and its arguments. */
  readonly build: readonly string[];
  /** The folder of the files that browsers load. */
  readonly served: string;
  readonly start: (app: PackedApp) => Promise<Running>;
}

/** Starts the server of a built app. @param env by the port on which it is to listen */
const startNode =
  (script: string, env: (port: string) => NodeJS.ProcessEnv) =>
  async (app: PackedApp): Promise<Running> => {
    const port = String(await freePort());
    const server = spawn('node', [script], { cwd: app.folder, env: { ...process.env, ...env(port) } });
    const ended = once(server, 'close');
    const address = `http://localhost:${port}`;
    await vi.waitFor(() => fetch(address), { timeout: 60_000, interval: 100 });
    return {
      address,
      stop() {
        server.kill();
        return ended;
      },
    };
  };

/** Serves built pages, and the endpoint of this checkout beside them. */
const serveStatic =
  (folder: string) =>
  async (app: PackedApp): Promise<Running> => {
    const format = azion({ secret: SECRET });
    const token = createSigningEndpoint({ format, allow: new URL('.', film).href, ttl: 300, authorize: () => true });
    const pages = express().use(express.static(app.path(folder)));
    const server = pages.all('/token', toNodeHandler(token)).listen(0);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return {
      address: `http://localhost:${port}`,
      async stop() {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      },
    };
  };

const frameworks: readonly Framework[] = [
  {
    name: 'Vue',
    wanted: { vue: '^3', vite: '^7', '@vitejs/plugin-vue': '^6' },
    make: (app) =>
      app.write({
        'index.html': '<div id="app"></div><script type="module" src="/src/main.ts"></script>',
        'vite.config.js': `import vue from '@vitejs/plugin-vue'; export default { plugins: [vue()] };`,
        'src/main.ts': `import { createApp } from 'vue'; import App from './App.vue'; createApp(App).mount('#app');`,
        'src/App.vue': `
          <script setup lang="ts">import Player from './Player.vue';</script>
          <template><Player src="${film}" /></template>`,
      }),
    build: ['node_modules/vite/bin/vite.js', 'build'],
    served: 'dist',
    start: serveStatic('dist'),
  },
  {
    name: 'Nuxt',
    wanted: { nuxt: '~4.2.0', vue: '^3', 'video.js': root.devDependencies['video.js'] },
    make: (app) =>
      app.write({
        'nuxt.config.ts': `export default defineNuxtConfig({ compatibilityDate: '2025-07-15' });`,
        'server/token.ts': endpoint,
        ...filesOf('In Vue and Nuxt', readFileSync('docs/videojs.md', 'utf8')),
      }),
    build: ['node_modules/nuxt/bin/nuxt.mjs', 'build'],
    served: '.output/public',
    start: startNode('.output/server/index.mjs', (PORT) => ({ CDN_SECRET: SECRET, PORT })),
  },
  {
    name: 'SvelteKit',
    wanted: {
      '@sveltejs/kit': '^2',
      '@sveltejs/adapter-node': '^5',
      '@sveltejs/vite-plugin-svelte': '^6',
      svelte: '^5',
      vite: '^7',
    },
    make: (app) =>
      app.write({
        'svelte.config.js': `
          import adapter from '@sveltejs/adapter-node';
          export default { kit: { adapter: adapter() } };`,
        'vite.config.js': `
          import { sveltekit } from '@sveltejs/kit/vite';
          export default { plugins: [sveltekit()] };`,
        'src/app.html':
          '<!doctype html><html lang="en"><head>%sveltekit.head%</head><body>%sveltekit.body%</body></html>',
        'src/lib/server/token.ts': endpoint,
        'src/routes/+page.svelte': `
          <script>import Player from '$lib/Player.svelte';</script>
          <Player src="${film}" />`,
      }),
    build: ['node_modules/vite/bin/vite.js', 'build'],
    served: 'build/client',
    start: startNode('build/index.js', (PORT) => ({ CDN_SECRET: SECRET, PORT })),
  },
  {
    name: 'Angular',
    wanted: {
      ...Object.fromEntries(
        ['build', 'cli', 'common', 'compiler', 'compiler-cli', 'core', 'platform-browser', 'router']
          // all of one version: each asks for exactly that of the others
          .map((name) => [`@angular/${name}`, '21.2.24']),
      ),
      rxjs: '~7.8.0',
      tslib: '^2.3.0',
      typescript: '~5.9.2',
    },
    async make(app) {
      const made = ['--no-ssr', '--defaults', '--skip-install', '--skip-git', '--skip-tests', '--ai-config', 'none'];
      await app.run('node', ['node_modules/@angular/cli/bin/ng.js', 'new', 'app', ...made]);
      for (const name of ['angular.json', 'tsconfig.json', 'tsconfig.app.json', 'public', 'src'])
        await cp(app.path('app', name), app.path(name), { recursive: true });
      await app.write({
        'src/app/app.ts': `
          import { Component } from '@angular/core';
          import { Player } from './player';
          @Component({ selector: 'app-root', imports: [Player], template: '<app-player src="${film}" />' })
          export class App {}`,
      });
    },
    build: ['node_modules/@angular/cli/bin/ng.js', 'build'],
    served: 'dist/app/browser',
    start: serveStatic('dist/app/browser'),
  },
];

/** Whether the registry has each framework in reach; else its tests are skipped. */
const found = await Promise.all(frameworks.map(({ wanted }) => canInstall(...Object.entries(wanted)[0]!)));

// no tool asks questions or reports on its users
vi.stubEnv('CI', '1');
vi.stubEnv('NUXT_TELEMETRY_DISABLED', '1');
vi.stubEnv('NG_CLI_ANALYTICS', 'false');

describe.each(frameworks.filter((_, at) => found[at]))('the app of $name that docs/endpoint.md shows', (framework) => {
  const { name, wanted, make, build, served, start } = framework;
  let app: PackedApp;
  let running: Running | undefined;
  beforeAll(async () => {
    app = await PackedApp.install({ ...wanted, 'hls.js': root.devDependencies['hls.js'] });
    await make(app);
    await app.write(filesOf(name));
    await app.run('node', build);
    running = await start(app);
  }, 300_000);
  afterAll(async () => {
    await running?.stop();
    await app.remove();
  });

  test('its endpoint signs the film of the page, and no other folder', async () => {
    const ask = (url: string): Promise<Response> => {
      const body = JSON.stringify({ urls: [url], reason: 'initial' });
      const headers = { 'Content-Type': 'application/json' };
      return fetch(`${running!.address}/token`, { method: 'POST', headers, body });
    };
    expect(await (await ask(film)).json()).toMatchObject({
      tokens: [{ url: film, query: { st: expect.any(String) } }],
    });
    expect((await ask('https://cdn.example.com/other/1.m3u8')).status).toBe(403);
  });

  test('its page asks for the film with a token, in Chromium', async () => {
    const browser = await openChromium();
    try {
      const page = await browser.newPage();
      const asked: string[] = [];
      const errors: unknown[] = [];
      page.on('pageerror', (error) => errors.push(error));
      await page.route('https://cdn.example.com/**', async (route) => {
        asked.push(route.request().url());
        await route.fulfill({ status: 404, headers: { 'Access-Control-Allow-Origin': '*' } });
      });
      await page.goto(running!.address);
      await vi.waitFor(() => expect(asked.length).toBeGreaterThan(0), { timeout: 30_000 });
      expect(asked[0]).toMatch(/^https:\/\/cdn\.example\.com\/vod\/7\/master\.m3u8\?st=[\w-]+&e=\d+$/);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
    }
  });

  test('its scripts hold the plugin, and nothing of the secret', async () => {
    const scripts = (await readdir(app.path(served), { recursive: true })).filter((path) => path.endsWith('.js'));
    const texts = await Promise.all(scripts.map((path) => readFile(app.path(served, path), 'utf8')));
    expect(texts.some((text) => text.includes('ERR_TOKEN_REFUSED'))).toBe(true);
    expect(texts.filter((text) => /the secret of a test|CDN_SECRET|secure-token-server/.test(text))).toEqual([]);
  });
});
