import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { examine } from '../../packages/cli/src/doctor/doctor.ts';
import { edgeAuth, signUrl } from '../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { attachToken } from '../../packages/server/src/token/attach-token.ts';
import { akamaiCase } from '../support/akamai-case.ts';
import { PAGE } from '../support/doctor-setups.ts';
import {
  edgeAuthRequests,
  folderEdgeAuth,
  folderJwt,
  hexKeys,
  judged,
  jwtRequests,
  jwtSecrets,
} from '../support/folder-requests.ts';
import type { FolderRequest } from '../support/folder-requests.ts';
import { playing, refusedParts } from '../support/path-spellings.ts';
import type { NjsOptions, ShippedNjs } from '../support/njs-shipped.ts';
import { startShippedNjs } from '../support/njs-shipped.ts';
import type { Vector } from '../support/vector-cases.ts';
import akamai from './akamai.json' with { type: 'json' };

const nowSeconds = (): number => Math.floor(Date.now() / 1000);
const ofFormat: Readonly<Record<string, NjsOptions>> = {
  edgeAuth: { format: 'edgeAuth', keys: hexKeys },
  jwt: { format: 'jwt', keys: jwtSecrets },
};

describe('nginx with njs and the files that are shipped: what it lets through', { tags: ['nginx', 'njs'] }, () => {
  let judge: ShippedNjs;
  beforeAll(async () => {
    judge = await startShippedNjs({}, { told: true });
  });
  afterAll(() => judge.stop());

  const status = async (target: string, options: NjsOptions, now: number): Promise<number> =>
    (await judge.get(target, [`X-Options: ${JSON.stringify(options)}`, `X-Now: ${now}`])).status;

  test.each<[string, VerifyingTokenFormat, (now: number) => Promise<FolderRequest[]>]>([
    ['edgeAuth', folderEdgeAuth, edgeAuthRequests],
    ['jwt', folderJwt, jwtRequests],
  ])('%s: nothing that verify refuses, and all that our edge lets through', async (name, format, requests) => {
    const now = nowSeconds();
    const counts: Record<number, number> = {};
    for (const { name: what, target } of await requests(now)) {
      const ours = await judged(format, target, now);
      const theirs = await status(target, ofFormat[name]!, now);
      counts[theirs] = (counts[theirs] ?? 0) + 1;
      const told = `${what}: ${target}`;
      if (theirs === 200) expect(ours.isGenuine, told).toBe(true);
      if (ours.status === 200 && ours.isSentSo) expect(theirs, told).toBe(200);
      if (ours.status === 410 && ours.isSentSo) expect(theirs, told).toBe(410);
      expect([200, 400, 403, 410], told).toContain(theirs);
    }
    expect(counts[200]).toBeGreaterThan(30);
    expect(counts[403]).toBeGreaterThan(150);
    expect(counts[410]).toBeGreaterThan(1);
  });

  test('what servers read in two ways is opened by no token', async () => {
    const now = nowSeconds();
    const token = await folderEdgeAuth.sign(new URL('https://h/a'), now + 60);
    for (const path of Object.values(refusedParts).flat())
      expect([400, 403], path).toContain(await status(attachToken(path, token), ofFormat.edgeAuth!, now));
    for (const path of playing) expect(await status(attachToken(path, token), ofFormat.edgeAuth!, now), path).toBe(200);
    const bytes = Buffer.from(`GET ${attachToken('/vod/\xff.mp4', token)} HTTP/1.1`, 'latin1');
    const headers = ['Host: h', `X-Options: ${JSON.stringify(ofFormat.edgeAuth)}`, `X-Now: ${now}`];
    expect((await judge.send([bytes, ...headers])).status).toBe(403);
  });

  test('every vector of edgeAuth with a list is accepted until its end, expired behind it, refused if it is changed', async () => {
    let ran = 0;
    for (const vector of akamai as unknown as Vector[]) {
      const known = akamaiCase(vector);
      const {
        ip,
        tokenName: param = '__token__',
        algorithm,
        aclDelimiter,
      } = (vector.extras ?? {}) as Record<string, string>;
      // tokens of one URL, and those that are bound to an address, are not for this file
      if (!known || vector.acl === undefined || ip !== undefined) continue;
      const options = { keys: [vector.key], param, algorithm, aclDelimiter };
      const { pathname } = new URL(known.target);
      const target = attachToken(pathname, { query: { [param]: vector.token }, expires: 0 });
      expect(await status(target, options, known.expires), vector.id).toBe(200);
      expect(await status(target, options, known.expires + 1), vector.id).toBe(410);
      expect(await status(target, options, known.expires - 86_401), vector.id).toBe(403);
      expect(await status(`/other${target}`, options, known.expires), vector.id).toBe(vector.acl === '/*' ? 200 : 403);
      for (const changed of [
        vector.token.replace('exp=', 'exp=1'),
        vector.token.replace(/.$/, 'x'),
        vector.token.slice(0, -1),
      ])
        expect(await status(`${pathname}?${param}=${changed}`, options, known.expires), vector.id).toBe(403);
      expect(await status(target, { ...options, keys: ['00ff'] }, known.expires), vector.id).toBe(403);
      ran++;
    }
    expect(ran).toBe(12);
  });

  test('a salt is part of what is signed', async () => {
    const now = nowSeconds();
    const format = edgeAuth({ key: '00ff', salt: 'pepper' });
    const url = await signUrl('https://h/vod/7/a', { format, expires: now + 60 });
    const target = url.slice('https://h'.length);
    expect(await status(target, { keys: ['00ff'], salt: 'pepper' }, now)).toBe(200);
    expect(await status(target, { keys: ['00ff'], salt: 'salt' }, now)).toBe(403);
    expect(await status(target, { keys: ['00ff'] }, now)).toBe(403);
  });

  test('options that cannot work let nothing through: 500', async () => {
    const now = nowSeconds();
    const url = await signUrl('https://h/vod/7/a', { format: edgeAuth({ key: '00ff' }), expires: now + 60 });
    const target = url.slice('https://h'.length);
    expect(await status(target, { keys: ['00ff'] }, now)).toBe(200);
    for (const options of [
      {},
      { keys: [] },
      { keys: '00ff' },
      { keys: [''] },
      { keys: ['00ff', ''] },
      { keys: ['00f'] },
      { keys: ['text'] },
      { keys: [null] },
      { key: '00ff' },
      { keys: ['00ff'], secret: 'x' },
      { keys: ['00ff'], format: 'azion' },
      { keys: ['00ff'], algorithm: 'sha3' },
      { keys: ['00ff'], maxTtl: 0 },
      { keys: ['00ff'], maxTtl: 'a day' },
      { keys: [''], format: 'jwt' },
      { keys: ['-----BEGIN PUBLIC KEY-----'], format: 'jwt' },
    ])
      expect(await status(target, options, now), JSON.stringify(options)).toBe(500);
  });
});

describe('nginx with njs and the files that are shipped: as a site', { tags: ['nginx', 'njs'] }, () => {
  const [current, previous] = hexKeys;
  const format = edgeAuth({ key: current });
  let site: ShippedNjs;
  beforeAll(async () => {
    site = await startShippedNjs({ keys: [current] });
  });
  afterAll(() => site.stop());

  const signed = async (path: string, expires = nowSeconds() + 60, by = format): Promise<string> =>
    (await signUrl(`https://h${path}`, { format: by, expires })).slice('https://h'.length);
  const ask = async (target: string, init: RequestInit = {}): Promise<Response> =>
    fetch(site.nginx.origin + target, init);

  test('a refusal is readable by the page, not cached; what is let through is cached as the origin says', async () => {
    for (const [target, status] of [
      ['/vod/7/a.mp4', 403],
      [await signed('/vod/7/a.mp4', nowSeconds() + 60, edgeAuth({ key: previous })), 403],
      [await signed('/vod/7/a.mp4', nowSeconds() - 1), 410],
    ] as const) {
      const { status: answered, headers } = await ask(target);
      expect(answered, target).toBe(status);
      expect(headers.get('access-control-allow-origin')).toBe('*');
      expect(headers.get('access-control-expose-headers')).toContain('Date');
      expect(headers.get('cache-control')).toBe('no-store');
    }
    const good = await ask(await signed('/vod/7/a.mp4'));
    expect(good.status).toBe(200);
    expect(good.headers.get('access-control-allow-origin')).toBe('*');
    expect(good.headers.get('cache-control')).toBe('max-age=60');
  });

  test('preflights pass, HEAD is judged like GET, other methods are 405', async () => {
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
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask(good, { method })).status, method).toBe(405);
  });

  test('files: ranges and conditional requests are judged too', async () => {
    const good = await signed('/files/film.mp4');
    const part = await ask(good, { headers: { Range: 'bytes=0-3' } });
    expect(part.status).toBe(206);
    expect(await part.text()).toHaveLength(4);
    expect((await ask('/files/film.mp4', { headers: { Range: 'bytes=0-3' } })).status).toBe(403);
    const beyond = await ask(good, { headers: { Range: 'bytes=9999999-' } });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('access-control-allow-origin')).toBe('*');
    const etag = part.headers.get('etag')!;
    expect((await ask(good, { headers: { 'If-None-Match': etag } })).status).toBe(304);
    const expired = await signed('/files/film.mp4', nowSeconds() - 1);
    expect((await ask(expired, { headers: { 'If-None-Match': etag } })).status).toBe(410);
  });

  test('origin, cache and log get the rest of the query or none, and never the token', async () => {
    const [path, token] = (await signed('/cached/7/a%20b.mp4')).split('?');
    const other = (await signed('/cached/7/c.mp4', nowSeconds() + 50)).split('?')[1];
    const before = site.asked.length;
    for (const query of [token, `${token}&x=1`, `x=1&${token}&y&&z=%20`, `&${token}`, other])
      expect((await ask(`${path}?${query}`)).status, query).toBe(200);
    expect(site.asked.slice(before)).toEqual([
      'GET /cached/7/a%20b.mp4',
      'GET /cached/7/a%20b.mp4?x=1',
      'GET /cached/7/a%20b.mp4?x=1&y&&z=%20',
    ]);
    expect((await ask(`${path}?x=1`)).status).toBe(403);
    expect(site.log()).toContain('"GET /cached/7/a b.mp4 HTTP/1.1" 200');
    expect(site.log()).not.toContain('hmac');
  });

  test('an origin gets no header that names another path, host or method, and of a Referer its origin', async () => {
    const names = [...shippedNames('secure-token-check.conf')];
    expect(shippedNames('secure-token-njs-check.conf')).toEqual(names);
    const target = await signed('/vod/7/a.mp4');
    const spoofed = names.map((name) => `${name}: /secret.mp4`);
    expect((await site.get(target, [...spoofed, `Referer: https://h${target}`])).status).toBe(200);
    const arrived = site.received.at(-1)!;
    expect(names.filter((name) => arrived.has(name))).toEqual([]);
    expect(arrived.get('referer')).toBe('https://h/');
  });

  test('a location with a pattern: named groups stay, $1 is never what the viewer wrote', async () => {
    expect((await site.get(await signed('/pattern/7/a.mp4'), ['Referer: https://evil.example/x'])).status).toBe(200);
    const arrived = site.received.at(-1)!;
    expect(arrived.get('x-first')).toBeNull();
    expect(arrived.get('x-file')).toBe('a.mp4');
  });

  test('what is served is what was judged: a path that was rewritten before is refused', async () => {
    expect((await ask(await signed('/vod/7/a.mp4'))).status).toBe(200);
    expect((await ask(await signed('/short/a.mp4'))).status).toBe(403);
    expect((await ask((await signed('/vod/7/a.mp4')).replace('/vod/7/', '/short/'))).status).toBe(403);
  });

  test('the doctor finds nothing wrong with it', async () => {
    const url = `${site.nginx.origin}/doctor/7/master.m3u8`;
    const { findings } = await examine({ url, page: PAGE, format: format });
    expect(findings).toEqual([]);
  });

  test('in a rotation both keys verify, and after it the old one opens nothing', async () => {
    const old = await signed('/vod/7/a.mp4');
    const next = await signed('/vod/7/a.mp4', nowSeconds() + 60, edgeAuth({ key: previous }));
    expect((await ask(next)).status).toBe(403);
    await site.reload({ keys: [previous, current] });
    for (const target of [old, next]) expect((await ask(target)).status).toBe(200);
    await site.reload({ keys: [previous] });
    expect((await ask(old)).status).toBe(403);
    expect((await ask(next)).status).toBe(200);
  });
});

/** The headers that a shipped file keeps from the origin. */
const shippedNames = (file: string): string[] =>
  [...readFileSync(`packages/server/nginx/${file}`, 'utf8').matchAll(/^proxy_set_header (\S+) "";$/gm)]
    .map(([, name]) => name!)
    .filter((name) => name !== 'Content-Length');
