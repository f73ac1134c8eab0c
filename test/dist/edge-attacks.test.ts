import { createEdgeHandler, azion, signUrl } from 'secure-token-server';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Listening } from '../support/listen.ts';
import { listen } from '../support/listen.ts';
import type { RawAnswer } from '../support/raw-http.ts';
import { rawHttp } from '../support/raw-http.ts';

const format = azion({ secret: 'mysecret' });
const now = Math.floor(Date.now() / 1000);
const film = '/vod/film.mp4';
const tokenFor = async (path: string, expires = now + 600): Promise<{ st: string; e: string }> => {
  const { searchParams } = new URL(await signUrl(`https://any${path}`, { format, expires }));
  return { st: searchParams.get('st')!, e: searchParams.get('e')! };
};
const { st, e } = await tokenFor(film);
const query = `?st=${st}&e=${e}`;
const late = await tokenFor(film, now - 60);
const expired = `?st=${late.st}&e=${late.e}`;

/** URLs that the origin was asked for. A cache in front of the origin is keyed by the same URLs. */
const asked: string[] = [];
const errors: unknown[] = [];
let server: Listening;
let port: number;
beforeAll(async () => {
  const edge = createEdgeHandler({
    format,
    protect: '/vod/',
    onError: (error) => errors.push(error),
    origin: (request) => {
      const { pathname, search } = new URL(request.url);
      asked.push(`${request.method} ${pathname}${search} ${request.headers.get('Range') ?? ''}`.trim());
      if (request.headers.get('If-None-Match') === '"1"')
        return new Response(null, { status: 304, headers: { ETag: '"1"' } });
      if (request.headers.get('Range') === 'bytes=900-')
        return new Response(null, { status: 416, headers: { 'Content-Range': 'bytes */100' } });
      const isPart = request.headers.has('Range');
      return new Response('x'.repeat(100), { status: isPart ? 206 : 200, headers: { ETag: '"1"' } });
    },
  });
  server = await listen(edge);
  port = Number(new URL(server.origin).port);
});
beforeEach(() => {
  asked.length = 0;
  errors.length = 0;
});
afterAll(() => server.close());

const send = (target: string, { method = 'GET', headers = '', host = 'cdn.example.com' } = {}): Promise<RawAnswer> =>
  rawHttp(
    port,
    Buffer.from(`${method} ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${headers}\r\n`, 'latin1'),
  );

const refusedPaths = [
  film,
  '/vod',
  '/%76od/film.mp4',
  '/x/../vod/film.mp4',
  '/x/%2e%2E/vod/film.mp4',
  '/x/..%2fvod/film.mp4',
  '/vod;x/film.mp4',
  '/free/..;/vod/film.mp4',
  '/free/%2e%2e%3b/vod/film.mp4',
  `/vod%2ffilm.mp4${query}`,
  `//vod/film.mp4${query}`,
  `/vod//film.mp4${query}`,
  `/vod%5cfilm.mp4${query}`,
  `${film}%00${query}`,
  `${film}%0d%0aX-A:%20b${query}`,
  `${film}%20${query}`,
  `${film}/${query}`,
  `${film}.${query}`,
  `${film};x${query}`,
  `${film}%3f${query}`,
  `${film}%23${query}`,
  `/VOD/../vod/Film.mp4${query}`,
  `/vod/%ff${query}`,
  '/%c0%afvod/film.mp4',
  '/free/%zz',
  'http://evil.example/vod/film.mp4',
  'http://a:b@cdn.example.com/free/a',
];
const refusedQueries = [
  `?st=${st}&st=${st}&e=${e}`,
  `?st=${st}&e=${e}&e=${e}`,
  `?st=${st}&e=${e}&e=9999999999`,
  `?ST=${st}&e=${e}`,
  `?st=${st}&e=${e}&ST=x`,
  `?%73t=${st}&e=${e}`,
  `?st=${st}&e=${e}&%65=1`,
  `?st=${st};e=${e}`,
  `?st=${st}&amp;e=${e}`,
  `?st[]=${st}&e=${e}`,
  `?st=&e=${e}`,
  `?st=${st}&e=`,
  `?st=${st}==&e=${e}`,
  `?st=${st}&e=0${e}`,
  `?st=${st}&e=%2b${e}`,
  `?st=${st}&e=${e}.0`,
  `?st=${st}&e=${e}%00`,
  `?st=${st},${e}`,
  `??st=${st}&e=${e}`,
];

describe('the edge handler on a real Node server', () => {
  test.each([...refusedPaths, ...refusedQueries.map((each) => film + each)])(
    '%s is a 403 that a page can read, and the origin is not asked',
    async (target) => {
      const { status, headers } = await send(target);
      expect(status).toBe(403);
      expect(Object.fromEntries(headers)).toMatchObject({
        'access-control-allow-origin': '*',
        'cache-control': 'no-store',
      });
      expect(asked).toEqual([]);
      expect(errors).toEqual([]);
    },
  );

  test.each(['/vod\\film.mp4', '\\vod\\film.mp4', '*', '/vod/\xe9.mp4', '/vod/a b'])(
    '%s is no request target: 4xx',
    async (target) => {
      const { status } = await send(target + query);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(asked).toEqual([]);
      expect(errors).toEqual([]);
    },
  );

  test.each(['', 'a b', 'x:99999', 'x@y', 'evil.example', '[::1]', 'cdn.example.com.'])(
    'the Host header "%s" lets nothing through',
    async (host) => {
      const { status } = await send(film, { host });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(asked).toEqual([]);
      expect(errors).toEqual([]);
    },
  );

  test('what the token opens is one entry of a cache, whatever the token and the spelling', async () => {
    const other = await tokenFor(film, now + 601);
    for (const target of [
      film + query,
      `${film}?e=${other.e}&st=${other.st}`,
      `/%76od/f%69lm.mp4${query}`,
      `/x/../vod/./film.mp4${query}`,
      `http://cdn.example.com${film}${query}`,
    ]) {
      expect((await send(target)).status, target).toBe(200);
    }
    expect(new Set(asked)).toEqual(new Set([`GET ${film}`]));
    await send(`${film}?b=%20&st=${st}&a=1&e=${e}&c`);
    expect(asked.at(-1), 'the rest of the query stays, byte for byte').toBe(`GET ${film}?b=%20&a=1&c`);
  });

  test.each([
    ['Range: bytes=0-1', 206],
    ['Range: bytes=900-', 416],
    ['If-None-Match: "1"', 304],
    ['If-Range: "1"\r\nRange: bytes=0-1', 206],
  ])('%s: judged first, then passed on', async (line, status) => {
    const headers = `${line}\r\n`;
    const statuses = [];
    for (const tail of ['', expired, query]) statuses.push((await send(film + tail, { headers })).status);
    expect(statuses).toEqual([403, 410, status]);
    expect(asked).toHaveLength(1);
  });

  test('HEAD gets the verdict of GET, a preflight needs no token, everything else is 405', async () => {
    const statuses = async (method: string): Promise<number[]> => {
      const seen = [];
      for (const tail of ['', expired, query]) seen.push((await send(film + tail, { method })).status);
      return seen;
    };
    expect(await statuses('HEAD')).toEqual([403, 410, 200]);
    expect(await statuses('OPTIONS')).toEqual([204, 204, 204]);
    expect(asked).toEqual([`HEAD ${film}`]);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'PURGE']) {
      const { status, headers } = await send(film + query, { method });
      expect(status, method).toBe(405);
      expect(headers.get('Allow'), method).toBe('GET, HEAD, OPTIONS');
      expect(headers.get('Access-Control-Allow-Origin'), method).toBe('*');
    }
    expect(asked).toHaveLength(1);
  });

  test.each([
    'X-Original-URL: /free/a',
    'X-Rewrite-URL: /free/a',
    'X-HTTP-Method-Override: OPTIONS',
    'X-Forwarded-Host: a',
    `Cookie: st=${st}; e=${e}`,
    `Referer: http://cdn.example.com${film}${query}`,
  ])('%s changes nothing', async (line) => {
    expect((await send(film, { headers: `${line}\r\n` })).status).toBe(403);
    expect(asked).toEqual([]);
  });
});
