import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { azion, edgeAuth, signUrl } from 'secure-token-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen } from '../support/listen.ts';
import type { Nginx } from '../support/nginx.ts';
import { startNginx } from '../support/nginx.ts';
import { njsFiles } from '../support/njs-shipped.ts';
import { pathOf } from '../support/programs.ts';

const secret = 'mysecret';
const format = azion({ secret });
const page = readFileSync('docs/cdns.md', 'utf8');
const [, lines] = /^```nginx\n([\s\S]*?)^```/m.exec(page)!;

/** Changes where nginx listens and keeps its files. */
const moved = (block: string, port: number, generation: number): string =>
  block
    .replace(
      'http {',
      `http { access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path tmp/${name};`)
        .join(' ')}`,
    )
    .replace('server {', `server { listen 127.0.0.1:${port}; location = /generation { return 200 "${generation}"; }`);

/** The configuration of docs/cdns.md as it stands, but for its port, its folder, and where nginx keeps its files. */
describe('the nginx lines of docs/cdns.md', { tags: ['nginx'] }, () => {
  let nginx: Nginx;
  let media: string;
  beforeAll(async () => {
    media = mkdtempSync(join(tmpdir(), 'docs-nginx-'));
    // nginx does not run as root
    chmodSync(media, 0o755);
    mkdirSync(join(media, 'vod'));
    writeFileSync(join(media, 'vod/film.mp4'), 'the film');
    nginx = await startNginx({
      secret,
      upstream: '',
      configure: ({ port, generation }) => `
        pid nginx.pid; events {}
        ${moved(lines!, port, generation).replace('root /srv/media', `root ${media}`)}`,
    });
  });
  afterAll(async () => {
    await nginx.stop();
    rmSync(media, { recursive: true });
  });

  const film = (): string => `${nginx.origin}/vod/film.mp4`;
  const ask = async (url: string, init?: RequestInit): Promise<{ status: number; headers: Headers }> => {
    const { status, headers, body } = await fetch(url, init);
    await body?.cancel();
    return { status, headers };
  };

  test.each([
    ['a live token', () => signUrl(film(), { format, expiresIn: 60 }), 200, null],
    [
      'an expired token',
      () => signUrl(film(), { format, expires: Math.floor(Date.now() / 1000) - 60 }),
      410,
      'no-store',
    ],
    ['no token', async () => film(), 403, 'no-store'],
    [
      'a token of another secret',
      () => signUrl(film(), { format: azion({ secret: 'x' }), expiresIn: 60 }),
      403,
      'no-store',
    ],
  ] as const)('%s gets its status, with CORS headers, and a refusal is not kept', async (_, url, status, cache) => {
    const answer = await ask(await url());
    expect(answer.status).toEqual(status);
    expect(answer.headers.get('cache-control')).toEqual(cache);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-expose-headers')).toContain('Content-Range');
  });

  test('a preflight is let through without a token', async () => {
    const { status, headers } = await ask(film(), { method: 'OPTIONS' });
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-headers')).toBe('Range');
  });
});

/** The configuration of docs/cdns.md with its options, but for its port, its log, its cache and its origin. */
test('the njs lines of docs/cdns.md let through what their format signs', { tags: ['nginx', 'njs'] }, async () => {
  const [, block = '', options = ''] =
    /```nginx\n(http \{[^`]*njs-check[^`]*)```[^`]*`[^`]*`[^`]*```json\n([^`]*)```/.exec(page)!;
  const upstream = await listen(async ({ url }) => new Response(new URL(url).search));
  const nginx = await startNginx({
    secret: '',
    upstream: upstream.origin,
    files: { ...njsFiles, 'secure-token.json': options },
    configure: ({ port, generation }) => `
      load_module ${pathOf('njs')!}; pid nginx.pid; events {}
      ${moved(block, port, generation)
        .replace('/var/log/nginx/', '')
        .replace('/var/cache/nginx', 'cache')
        .replace('https://origin.example.com', upstream.origin)}`,
  });
  try {
    const { keys } = JSON.parse(options) as { keys: string[] };
    const signed = await signUrl(`${nginx.origin}/vod/7/film.mp4?x=1`, {
      format: edgeAuth({ key: keys[0]!, depth: 2 }),
      expiresIn: 60,
    });
    const good = await fetch(signed);
    expect(await good.text()).toBe('?x=1');
    expect(good.status).toBe(200);
    expect((await fetch(signed.replace('/7/', '/8/'))).status).toBe(403);
    expect(readFileSync(join(nginx.folder, 'access.log'), 'utf8')).not.toContain('hmac');
  } finally {
    await nginx.stop();
    await upstream.close();
  }
});
