import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { azion, signUrl } from 'secure-token-server';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Nginx } from '../support/nginx.ts';
import { startNginx } from '../support/nginx.ts';

const secret = 'mysecret';
const format = azion({ secret });
const [, lines] = /^```nginx\n([\s\S]*?)^```/m.exec(readFileSync('docs/cdns.md', 'utf8'))!;

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
        ${lines!
          .replace('root /srv/media', `root ${media}`)
          .replace(
            'http {',
            `http { access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
              .map((name) => `${name}_temp_path tmp/${name};`)
              .join(' ')}`,
          )
          .replace(
            'server {',
            `server { listen 127.0.0.1:${port}; location = /generation { return 200 "${generation}"; }`,
          )}`,
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
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([status, cache]);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-expose-headers')).toContain('Content-Range');
  });

  test('a preflight is let through without a token', async () => {
    const { status, headers } = await ask(film(), { method: 'OPTIONS' });
    expect([status, headers.get('access-control-allow-headers')]).toEqual([204, 'Range']);
  });
});
