import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEdgeHandler, azion, signUrl, verifyUrl } from '../../packages/server/src/index.ts';
import { startNginx } from '../support/nginx.ts';
import type { Nginx } from '../support/nginx.ts';
import { decoded, tokenOf } from '../support/nginx-shipped.ts';
import { rawHttp } from '../support/raw-http.ts';

const shipped = (name: string): string => readFileSync(`packages/server/nginx/${name}`, 'utf8');
const secret = 'mysecret';
const now = (): number => Math.floor(Date.now() / 1000);

/** The lines of docs/cdns.md for tokens of both kinds. */
const page = readFileSync('docs/cdns.md', 'utf8');
const bothKinds = /```nginx\nhttp \{\n {2}include secure-token\.conf;\n( {2}upstream [\s\S]*?)\}\n```/.exec(page)?.[1];

/**
 * Renames the variables of a shipped file, so that it stands beside the original, with one pattern that always reaches
 * the limit of its steps.
 */
const starvedFile = (name: string): string =>
  shipped(name)
    .replace(/(map \$uri \$secure_token_two_ways \{[^}]*?"~)/, '$1(*LIMIT_MATCH=1)')
    .replaceAll('secure_token', 'starved');

/**
 * Tokens of folders, whose depth the first part of a path names, two where it names none. To `cdn.example.com` the
 * lines of the page answer. The secret of a request is its header `X-Secret`.
 */
const configuration = ({ port, generation }: { port: number; generation: number }): string => {
  const check = `${shipped('secure-token-check.conf')} return 200;`;
  return `
worker_processes 1;
pid nginx.pid;
error_log stderr error;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path tmp/body; proxy_temp_path tmp/proxy;
  fastcgi_temp_path tmp/fastcgi; uwsgi_temp_path tmp/uwsgi; scgi_temp_path tmp/scgi;
  large_client_header_buffers 4 32k;
  ${shipped('secure-token.conf')}
  map $http_x_secret $secure_token_secret { default $http_x_secret; }
  ${starvedFile('secure-token.conf')}
  map $http_x_secret $starved_secret { default $http_x_secret; }
  server {
    listen 127.0.0.1:${port};
    server_name starved.example.com;
    location / { set $starved_folder_depth 2; ${starvedFile('secure-token-check.conf')} return 200; }
  }
  server {
    listen 127.0.0.1:${port} default_server;
    location = /generation { return 200 "${generation}"; }
    location / { set $secure_token_folder_depth 2; ${check} }
    location /one/ { set $secure_token_folder_depth 1; ${check} }
    location /eight/ { set $secure_token_folder_depth 8; ${check} }
    location /nine/ { set $secure_token_folder_depth 9; ${check} }
    location /none/ { set $secure_token_folder_depth ""; ${check} }
  }
${bothKinds!
  .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
  .replaceAll('/run/nginx/', `${tmpdir()}/nginx-${port}-`)
  .replaceAll('include locations.conf;', `location / { ${check} } location = /breaks-off { return 444; }\n`)}
}
`;
};

describe('the nginx configuration that is shipped, with tokens of folders', { tags: ['nginx'] }, () => {
  let nginx: Nginx;
  beforeAll(async () => {
    nginx = await startNginx({ secret: '', upstream: '', configure: configuration });
  });
  afterAll(() => nginx.stop());

  const folders = 'folders.example.com';
  const both = 'cdn.example.com';
  const starved = 'starved.example.com';
  const status = async (host: string, target: Buffer | string, own = secret): Promise<number> => {
    const head = `Host: ${host}\r\nX-Secret: ${own}\r\nConnection: close\r\n\r\n`;
    const bytes = [Buffer.from('GET '), Buffer.from(target), Buffer.from(` HTTP/1.1\r\n${head}`)];
    return (await rawHttp(Number(new URL(nginx.origin).port), Buffer.concat(bytes))).status;
  };
  const bySecretToken = async (target: string, format = azion({ secret, depth: 2 })): Promise<number> => {
    const edge = createEdgeHandler({ format, origin: () => new Response() });
    return (await edge(new Request(`https://h${target}`))).status;
  };
  /** The query with the token of what is hashed. */
  const tokenFor = (uri: Buffer | string, expires = now() + 60): string => `?st=${tokenOf(uri, expires)}&e=${expires}`;
  const exact = (path: string): string => path + tokenFor(decoded(path));

  test('what azion({ depth }) signs is let through, in the whole folder and nowhere else', async () => {
    const format = azion({ secret, depth: 2 });
    for (const path of ['/live/7/a.m3u8', '/live/7/', '/s%C3%A9ries/my%20film/hd/s1.m4s', '/a/b/c?x=1']) {
      const signed = (await signUrl(`https://h${path}`, { format, expires: now() + 60 })).slice('https://h'.length);
      expect(await status(folders, signed), path).toBe(200);
      expect(await status(both, signed), path).toBe(200);
    }
    const token = tokenFor('folder:/live/7/');
    for (const [path, expected] of Object.entries({
      '/live/7/hd/s1.m4s': 200,
      '/live/%37/b': 200,
      '/live/7': 403,
      '/live/70/a': 403,
      '/live/8/a': 403,
      '/live/a': 403,
      '/x/live/7/a': 403,
      '/live/7/../8/a': 403,
      '/live/7/%2e%2e/8/a': 403,
    })) {
      for (const host of [folders, both]) expect(await status(host, path + token), `${host} ${path}`).toBe(expected);
      expect(await bySecretToken(path + token), path).toBe(expected);
    }
  });

  test('what a server may read as leading out of the folder is opened by no token of it, nor by the edge', async () => {
    const token = tokenFor('folder:/live/7/');
    for (const rest of [
      '%252e%252e/8/a',
      'x/%252E./a',
      '..;/8/a',
      '..%20/8/a',
      '..%20',
      '.%20/a',
      'a.mp4::$DATA',
      ',../8/a,.urlset/x',
      'x/..,/a',
      'x%252f..%252f8',
      '..%3Fx',
      '..%23',
      '.%3Fx',
      ',..%3Fx',
    ]) {
      const path = `/live/7/${rest}`;
      for (const host of [folders, both]) expect(await status(host, path + token), `${host} ${path}`).toBe(403);
      expect(await bySecretToken(path + token), path).toBe(403);
      const url = `https://h${path}${token}`;
      expect(await verifyUrl(url, { format: azion({ secret, depth: 2 }) }), path).toMatchObject({ ok: false });
    }
    for (const rest of ['a..b/c', 'a,b', 'a:b', '..a/b', '%20..x', 'a%3Fb', 'a..%23b', 'a,:-/'.repeat(5000)]) {
      const path = `/live/7/${rest}`;
      expect(await status(folders, path + token), path).toBe(200);
      expect(await bySecretToken(path + token), path).toBe(200);
    }
  });

  test('where the pattern for it cannot be evaluated, no token opens anything', async () => {
    const [path, folder] = ['/live/7/a.m3u8', tokenFor('folder:/live/7/')];
    expect(await status(folders, path + folder)).toBe(200);
    expect(await status(starved, path + folder)).toBe(403);
    expect(await status(starved, exact('/a.m3u8'))).toBe(403);
  });

  test('a path with fewer folders has a token of its own, in either configuration', async () => {
    for (const path of ['/live/a.m3u8', '/a.m3u8', '/', '/live/7']) {
      expect(await status(folders, exact(path)), path).toBe(200);
      expect(await status(both, exact(path)), path).toBe(200);
      expect(await bySecretToken(exact(path)), path).toBe(200);
    }
  });

  test('tokens of one path go on working beside it where two servers judge', async () => {
    const [path, folder] = ['/live/7/a.m3u8', '/live/7/'];
    expect(await status(folders, exact(path))).toBe(403);
    expect(await status(both, exact(path))).toBe(200);
    expect(await status(both, exact(folder))).toBe(200);
    expect(await status(both, folder + tokenFor('/live/7'))).toBe(403);
    const old = now() - 1;
    const expired = [`/live/7/x${tokenFor('folder:/live/7/', old)}`, `${path}${tokenFor(path, old)}`];
    expect(await Promise.all(expired.map((each) => status(both, each)))).toEqual([410, 410]);
    expect(await status(both, path)).toBe(403);
    expect(await status(both, exact(path), '')).toBe(500);
  });

  test('an answer that breaks off takes neither of the two servers away', async () => {
    const [path, folder] = ['/live/7/a.m3u8', tokenFor('folder:/live/7/')];
    expect(await status(both, '/breaks-off')).toBe(502);
    expect(await status(both, path + folder)).toBe(200);
    expect(await status(both, exact(path))).toBe(200);
  });

  test('one to eight folders; no other number lets anything through', async () => {
    const eight = '/eight/2/3/4/5/6/7/8/';
    expect(await status(folders, `/one/a/b/c${tokenFor('folder:/one/')}`)).toBe(200);
    expect(await status(folders, `${eight}9/a${tokenFor(`folder:${eight}`)}`)).toBe(200);
    expect(await status(folders, exact('/eight/2/a'))).toBe(200);
    for (const path of ['/nine/1/2/3/4/5/6/7/8/9/a', '/none/a']) {
      expect(await status(folders, exact(path)), path).toBe(500);
      expect(await status(folders, `${path}${tokenFor('folder:')}`), path).toBe(500);
    }
  });
});
