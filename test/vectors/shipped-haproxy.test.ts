import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examine } from '../../packages/cli/src/doctor/doctor.ts';
import { signUrl } from '../../packages/server/src/index.ts';
import { attachToken } from '../../packages/server/src/token/attach-token.ts';
import { jwt } from '../../packages/server/src/jwt.ts';
import { PAGE, doctorOrigin } from '../support/doctor-setups.ts';
import { folderJwt, judged, jwtRequests, jwtSecrets } from '../support/folder-requests.ts';
import { startHaproxy } from '../support/haproxy.ts';
import type { Haproxy } from '../support/haproxy.ts';
import { listen } from '../support/listen.ts';
import type { Listening } from '../support/listen.ts';
import { playing, refusedParts } from '../support/path-spellings.ts';
import type { RawAnswer } from '../support/raw-http.ts';
import { rawHttp } from '../support/raw-http.ts';

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const [current, previous] = jwtSecrets;

const film = doctorOrigin();

/** Requests that verify accepts, and HAProxy does not: it reads only claims that are texts and numbers in plain ASCII. */
const strict = [
  'a claim that is an object',
  'an end with an exponent',
  'an end with .0 behind',
  'a folder with escaped slashes',
  'nbf -1',
];

describe('HAProxy and the file that is shipped', { tags: ['haproxy'] }, () => {
  const asked: string[] = [];
  const received: Headers[] = [];
  let upstream: Listening;
  let judge: Haproxy;
  let site: Haproxy;
  beforeAll(async () => {
    upstream = await listen(async (request) => {
      if (request.url.includes('/doctor/')) return film(request);
      received.push(new Headers(request.headers));
      asked.push(`${request.method} ${request.url.slice(new URL(request.url).origin.length)}`);
      const isPart = request.headers.has('Range');
      return new Response('x'.repeat(isPart ? 4 : 100), {
        status: isPart ? 206 : 200,
        headers: {
          ETag: '"1"',
          'Cache-Control': 'max-age=60',
          'Access-Control-Allow-Origin': 'https://origin.example',
          'Access-Control-Allow-Credentials': 'true',
        },
      });
    });
    const { origin } = upstream;
    [judge, site] = await Promise.all([
      startHaproxy({
        upstream: origin,
        secrets: { current, previous },
        change: (text) => text.replace('set-var(txn.now) date', 'set-var(txn.now) req.hdr_val(X-Now)'),
      }),
      startHaproxy({
        upstream: origin,
        secrets: { current },
        change: (text) =>
          text
            .replace('http-request set-pathq', 'filter cache films\n    http-request set-pathq')
            .replace(/(http-request set-query .*)/, '$1\n    http-request cache-use films if { path_beg /cached/ }')
            .replace('\nbackend ', '\ncache films\n    total-max-size 4\n\nbackend ')
            .replace('timeout connect', 'http-response cache-store films\n    timeout connect'),
      }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([judge.stop(), site.stop()]);
    await upstream.close();
  });

  const send = (to: Haproxy, lines: readonly string[]): Promise<RawAnswer> =>
    rawHttp(Number(new URL(to.origin).port), [...lines, 'Connection: close', '', ''].join('\r\n'));
  const status = async (target: string, now: number): Promise<number> =>
    (await send(judge, [`GET ${target} HTTP/1.1`, 'Host: cdn.example.com', `X-Now: ${now}`])).status;
  const signed = async (path: string, expires = nowSeconds() + 60, secret: string = current): Promise<string> => {
    const format = jwt({ keys: [{ key: secret }], algorithm: 'HS256', depth: 2 });
    return (await signUrl(`https://h${path}`, { format, expires })).slice('https://h'.length);
  };
  const ask = async (target: string, init: RequestInit = {}): Promise<Response> => fetch(site.origin + target, init);

  test('nothing that verify refuses, and all that our edge lets through', async () => {
    const now = nowSeconds();
    const counts: Record<number, number> = {};
    for (const { name, target } of await jwtRequests(now)) {
      const ours = await judged(folderJwt, target, now);
      const theirs = await status(target, now);
      counts[theirs] = (counts[theirs] ?? 0) + 1;
      const told = `${name}: ${target}`;
      if (theirs === 200) expect(ours.isGenuine, told).toBe(true);
      if (ours.status === 200 && ours.isSentSo) expect(theirs, told).toBe(strict.includes(name) ? 403 : 200);
      expect([200, 400, 403, 410], told).toContain(theirs);
    }
    expect(counts[200]).toBeGreaterThan(30);
    expect(counts[403]).toBeGreaterThan(150);
    expect(counts[410]).toBeGreaterThan(1);
  });

  test('what servers read in two ways is opened by no token', async () => {
    const now = nowSeconds();
    const token = await folderJwt.sign(new URL('https://h/a'), now + 60);
    for (const path of Object.values(refusedParts).flat())
      expect(await status(attachToken(path, token), now), path).toBe(403);
    for (const path of playing) expect(await status(attachToken(path, token), now), path).toBe(200);
  });

  test('a token ends with its second: 410, and 403 for whoever has another folder', async () => {
    const now = nowSeconds();
    const target = await signed('/vod/7/a.mp4', now);
    expect(await status(target, now - 1)).toBe(200);
    expect(await status(target, now)).toBe(410);
    expect(await status(target.replace('/7/', '/8/'), now)).toBe(403);
    expect(await status(target, now - 86_400)).toBe(200);
    expect(await status(target, now - 86_401)).toBe(403);
  });

  test('a refusal is readable by the page, not cached; what is let through is cached as the origin says', async () => {
    for (const [target, expected] of [
      ['/vod/7/a.mp4', 403],
      [await signed('/vod/7/a.mp4', nowSeconds() + 60, 'a foreign secret'), 403],
      [await signed('/vod/7/a.mp4', nowSeconds() - 1), 410],
    ] as const) {
      const { status: answered, headers } = await ask(target);
      expect(answered, target).toBe(expected);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-expose-headers')).toContain('Date');
      expect(Math.abs(Date.parse(headers.get('date')!) - Date.now())).toBeLessThan(5000);
      expect(headers.get('cache-control')).toBe('no-store');
    }
    const good = await ask(await signed('/vod/7/a.mp4'));
    expect(good.status).toBe(200);
    expect(good.headers.get('access-control-allow-origin')).toBe('*');
    expect(good.headers.get('access-control-allow-credentials')).toBeNull();
    expect(good.headers.get('cache-control')).toBe('max-age=60');
  });

  test('preflights pass, HEAD and ranges are judged like GET, other methods are 405, a body is 400', async () => {
    const preflight = await ask('/vod/7/a.mp4', {
      method: 'OPTIONS',
      headers: { 'Access-Control-Request-Headers': 'range' },
    });
    expect(preflight.status).toBe(204);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers': 'range',
      'access-control-max-age': '7200',
    });
    const good = await signed('/vod/7/a.mp4');
    expect((await ask(good, { method: 'HEAD' })).status).toBe(200);
    expect((await ask('/vod/7/a.mp4', { method: 'HEAD' })).status).toBe(403);
    const headers = { Range: 'bytes=0-3' };
    const part = await ask(good, { headers });
    expect(part.status).toBe(206);
    expect(await part.text()).toHaveLength(4);
    expect((await ask('/vod/7/a.mp4', { headers })).status).toBe(403);
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask(good, { method })).status, method).toBe(405);
    const body = [`GET ${good} HTTP/1.1`, 'Host: h', 'Content-Length: 5', 'X: abcde'];
    expect((await send(site, body)).status).toBe(400);
    expect((await send(site, [body[0]!, 'Host: h', 'Transfer-Encoding: chunked'])).status).toBe(400);
  });

  test('origin, cache and log get the rest of the query or none, and never the token', async () => {
    const [path, token] = (await signed('/cached/7/a%20b.mp4')).split('?');
    const other = (await signed('/cached/7/c.mp4', nowSeconds() + 50)).split('?')[1];
    const before = asked.length;
    for (const query of [token, `${token}&x=1`, `x=1&${token}&y&&z=%20`, other])
      expect((await ask(`${path}?${query}`)).status, query).toBe(200);
    expect(asked.slice(before)).toEqual([
      'GET /cached/7/a%20b.mp4',
      'GET /cached/7/a%20b.mp4?x=1',
      'GET /cached/7/a%20b.mp4?x=1&y&&z=%20',
    ]);
    expect((await ask(`${path}?x=1`)).status).toBe(403);
    expect(site.log()).toMatch(/ 200 \d+ GET \/cached\/7\/a%20b\.mp4\n/);
    expect(site.log()).not.toContain('eyJ');
  });

  test('an origin gets no header that names another path, host or method, and of a Referer its origin', async () => {
    const names = [
      'X-Original-URL',
      'X-Rewrite-URI',
      'X_Forwarded_Path',
      'X-Forwarded-PathBase',
      'X-Forwarded-Prefix',
      'X-Matched-Path',
      'X-HTTP-Method-Override',
      'X-HTTP-Method',
      'Script-Name',
      'Path-Info',
      'Forwarded',

      'X-Forwarded-Host',
      'X-Host',
      'X-Forwarded-Server',
      'X-HTTP-Host-Override',
      'Disguised-Host',
      'Host-Override',
      'X-Sendfile-Type',
      'X-Accel-Mapping',
      'X-WAWS-Unencoded-URL',
    ];
    const target = await signed('/vod/7/a.mp4');
    for (const [referer, expected] of [
      [`https://h.example${target}`, 'https://h.example/'],
      ['https://h.example', 'https://h.example/'],
      [`https://h.example?${target}`, 'https://h.example/'],
      [`https://user:${target.split('?')[1]!}@h.example/`, null],
      [target, null],
    ] as const) {
      const lines = [`GET ${target} HTTP/1.1`, 'Host: cdn.example.com', `Referer: ${referer}`];
      expect((await send(site, [...lines, ...names.map((name) => `${name}: /secret.mp4`)])).status).toBe(200);
      const arrived = received.at(-1)!;
      expect(names.filter((name) => arrived.has(name))).toEqual([]);
      expect(arrived.get('host')).toBe('cdn.example.com');
      expect(arrived.get('referer'), referer).toBe(expected);
    }
  });

  test('the doctor finds nothing wrong with it', async () => {
    const url = `${site.origin}/doctor/7/master.m3u8`;
    const { findings } = await examine({ url, page: PAGE, format: folderJwt });
    expect(findings).toEqual([]);
  });

  test('in a rotation both secrets verify, and after it the old one opens nothing', async () => {
    const old = await signed('/vod/7/a.mp4');
    const next = await signed('/vod/7/a.mp4', nowSeconds() + 60, 'the next secret');
    expect((await ask(next)).status).toBe(403);
    await site.reload({ current: 'the next secret', previous: current });
    for (const target of [old, next]) expect((await ask(target)).status).toBe(200);
    await site.reload({ current: 'the next secret' });
    expect((await ask(old)).status).toBe(403);
    expect((await ask(next)).status).toBe(200);
  });

  test('without a secret nothing is let through, not even what is signed with the empty one', async () => {
    const now = nowSeconds();
    const forged = (await jwtRequests(now)).filter(({ name }) => name === 'an empty secret');
    for (const secrets of [{ current: '' }, { previous: '' }, { other: 'x' }] as Record<string, string>[]) {
      await site.reload(secrets);
      for (const { target } of forged) expect((await ask(target)).status).toBe(403);
      expect((await ask(await signed('/vod/7/a.mp4'))).status).toBe(403);
    }
  });
});
