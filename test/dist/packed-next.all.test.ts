import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import root from '../../package.json' with { type: 'json' };
import { PackedApp, canInstall } from '../support/packed-app.ts';

/** The files of an app that pages of the documentation show, by the names in their first lines. */
const shown = ['endpoint', 'live', 'hlsjs']
  .flatMap((page) => [...readFileSync(`docs/${page}.md`, 'utf8').matchAll(/^```\w+\n\/\/ (\S+)\n([\s\S]*?)^```/gm)])
  .map(([, name, text]): [name: string, text: string] => [name!, text!]);
const [, endpoint] = shown.find(([name]) => name === 'token.mjs')!;
const [, hook] = shown.find(([name]) => name === 'use-token-source.ts')!;

const files = {
  'app/layout.tsx': `
    export default function Layout({ children }: { children: React.ReactNode }) {
      return <html lang="en"><body>{children}</body></html>;
    }`,
  ...Object.fromEntries(shown.filter(([name]) => /^app\/[\w/]+\.tsx?$/.test(name))),
  'app/token/token.ts': endpoint,
  'app/use-token-source.ts': hook,
};
const film = 'https://cdn.example.com/vod/7/master.m3u8';

const types = { typescript: root.devDependencies.typescript, '@types/node': '^20', '@types/react': '^19' };
const wanted = { next: '^16', react: '^19', 'react-dom': '^19', ...types };
/** Whether the registry is in reach; else the tests are skipped. */
const hasNext = await canInstall('next', wanted.next);

describe.skipIf(!hasNext)('the app of Next that docs/endpoint.md and docs/live.md show', () => {
  let app: PackedApp;
  const env: NodeJS.ProcessEnv = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' };
  delete env.CDN_SECRET;
  const next = (args: readonly string[], more: object = {}) =>
    spawn('node', ['node_modules/next/dist/bin/next', ...args], { cwd: app.folder, env: { ...env, ...more } });

  beforeAll(async () => {
    app = await PackedApp.install({ ...wanted, 'hls.js': root.devDependencies['hls.js'] });
    await app.write(files);
    const build = next(['build']);
    let printed = '';
    for (const output of [build.stdout, build.stderr])
      output.on('data', (text) => {
        printed += String(text);
      });
    const [code] = (await once(build, 'close')) as [number];
    expect(code, printed).toBe(0);
  }, 600_000);
  afterAll(() => app.remove());

  const whileStarted = async (more: object, use: (address: string) => Promise<void>): Promise<void> => {
    const server = next(['start', '--port', '0'], more);
    try {
      const address = await new Promise<string>((resolve, reject) => {
        server.stdout.on('data', (text) => {
          const [found] = /http:\/\/localhost:\d+/.exec(String(text)) ?? [];
          if (found) resolve(found);
        });
        server.once('exit', () => reject(new Error('next start has ended')));
      });
      await use(address);
    } finally {
      server.kill();
      await once(server, 'close');
    }
  };
  const ask = (address: string): Promise<Response> =>
    fetch(`${address}/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ urls: [film], reason: 'initial' }),
    });

  test('is built without a secret; with one it signs, and each page has tokens of its own, once', async () => {
    await whileStarted({ CDN_SECRET: 'a secret' }, async (address) => {
      expect(await (await ask(address)).json()).toMatchObject({
        tokens: [{ url: film, query: { st: expect.any(String) } }],
      });
      const page = await fetch(address);
      expect(page.headers.get('Cache-Control')).toContain('no-store');
      const html = await page.text();
      expect(html).toContain('<video');
      const tokens = html.match(/st\W+([\w-]{22})\W/g);
      expect(tokens).toHaveLength(1);
      // tokens end a second later
      await vi.waitFor(async () => expect(await (await fetch(address)).text()).not.toContain(tokens![0]), 60_000);
    });
  }, 180_000);

  test('without a secret it renders the player, without tokens; the endpoint answers 503', async () => {
    await whileStarted({}, async (address) => {
      const html = await (await fetch(address)).text();
      expect(html).toContain('<video');
      expect(html).not.toMatch(/st\W+[\w-]{22}\W/);
      expect((await ask(address)).status).toBe(503);
    });
  }, 180_000);

  test('the plugin is in the scripts of the page, and nothing of the server', async () => {
    const chunks = app.path('.next/static/chunks');
    const scripts = (await readdir(chunks, { recursive: true })).filter((name) => name.endsWith('.js'));
    const texts = await Promise.all(scripts.map((name) => readFile(`${chunks}/${name}`, 'utf8')));
    expect(texts.some((text) => text.includes('ERR_TOKEN_REFUSED'))).toBe(true);
    expect(texts.filter((text) => /a secret|secure_token_secret|CDN_SECRET/.test(text))).toEqual([]);
  });
});
