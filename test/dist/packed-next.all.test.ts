import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import root from '../../package.json' with { type: 'json' };
import { PackedApp, canInstall } from '../support/packed-app.ts';

const files = {
  'app/layout.js': `
    export default function Layout({ children }) {
      return <html lang="en"><body>{children}</body></html>;
    }`,
  'app/page.js': `
    import Player from './player.js';
    export default function Page() {
      return <Player />;
    }`,
  'app/player.js': `
    'use client';
    import Hls from 'hls.js';
    import { useEffect, useRef } from 'react';
    import { secureToken } from 'secure-token-hlsjs';
    export default function Player() {
      const video = useRef(null);
      useEffect(() => {
        const hls = new Hls();
        secureToken(hls, '/token');
        hls.loadSource('https://cdn.example.com/vod/master.m3u8');
        hls.attachMedia(video.current);
        return () => hls.destroy();
      }, []);
      return <video ref={video} />;
    }`,
  // the secret is read when a request comes: there is none while the app is built
  'app/token/route.js': `
    import { createSigningEndpoint, secureToken } from 'secure-token-server';
    export const POST = createSigningEndpoint({
      format: () => secureToken({ secret: process.env.TOKEN_SECRET }),
      ttl: 300,
      allow: 'https://cdn.example.com/vod/',
      authorize: () => true,
    });`,
};

const wanted = { next: '^16', react: '^19', 'react-dom': '^19' };
/** Where the registry is out of reach, the tests are skipped. */
const hasNext = await canInstall('next', wanted.next);

describe.skipIf(!hasNext)('an app of Next.js', () => {
  let app: PackedApp;
  beforeAll(async () => {
    app = await PackedApp.install({ ...wanted, 'hls.js': root.devDependencies['hls.js'] });
    await app.write(files);
  }, 180_000);
  afterAll(() => app.remove());

  test('is built without a secret; then it renders the player and signs with the secret', async () => {
    const env: NodeJS.ProcessEnv = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' };
    delete env.TOKEN_SECRET;
    const next = (args: readonly string[], more: object = {}) =>
      spawn('node', ['node_modules/next/dist/bin/next', ...args], { cwd: app.folder, env: { ...env, ...more } });

    const build = next(['build']);
    let printed = '';
    for (const output of [build.stdout, build.stderr]) output.on('data', (text) => (printed += String(text)));
    const [code] = (await once(build, 'close')) as [number];
    expect(code, printed).toBe(0);

    const server = next(['start', '--port', '0'], { TOKEN_SECRET: 'a secret' });
    try {
      const address = await new Promise<string>((resolve, reject) => {
        server.stdout.on('data', (text) => {
          const [found] = /http:\/\/localhost:\d+/.exec(String(text)) ?? [];
          if (found) resolve(found);
        });
        server.once('exit', () => reject(new Error('next start has ended')));
      });
      expect(await (await fetch(address)).text()).toContain('<video');
      const url = 'https://cdn.example.com/vod/master.m3u8';
      const response = await fetch(`${address}/token`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ urls: [url], reason: 'initial' }),
      });
      expect(await response.json()).toMatchObject({ tokens: [{ url, query: { st: expect.any(String) } }] });
    } finally {
      server.kill();
      await once(server, 'close');
    }

    const chunks = app.path('.next/static/chunks');
    const scripts = (await readdir(chunks, { recursive: true })).filter((name) => name.endsWith('.js'));
    const texts = await Promise.all(scripts.map((name) => readFile(`${chunks}/${name}`, 'utf8')));
    expect(
      texts.some((text) => text.includes('ERR_TOKEN_REFUSED')),
      'the plugin is in the page',
    ).toBe(true);
    expect(texts.filter((text) => /a secret|secure_token_secret|TOKEN_SECRET/.test(text))).toEqual([]);
  }, 180_000);
});
