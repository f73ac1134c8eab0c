import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { azion, signUrl, verifyUrl } from '../../packages/server/src/index.ts';
import { azionHash } from '../../packages/server/src/formats/azion.ts';
import { azionVectors, vectorTarget } from '../support/azion-vectors.ts';
import type { ShippedNginx } from '../support/nginx-shipped.ts';
import { signed as signedBytes, startShippedNginx } from '../support/nginx-shipped.ts';
import { playing, refusedParts } from '../support/path-spellings.ts';
import json from './nginx.json' with { type: 'json' };

/** Rules by which `verify` and nginx differ, although neither is wrong. */
const rules: Record<string, string[]> = {
  'nginx does not take a request with %00 (400), a verdict has one word for what is not let through': ['azion-092'],
  'nginx does not take a request with a malformed escape (400)': ['azion-095'],
  'the length of a URL is judged by the HTTP server (414)': ['azion-152'],
};
const ruleOf = (id: string): string | undefined => Object.keys(rules).find((rule) => rules[rule]?.includes(id));

const ofSameHash = (json as unknown as { id: string; format: string; secret: string; url: string }[])
  .filter(({ format }) => format === 'nginx-hardened' || format === 'nginx-no-comma')
  .map(({ id, secret, url }) => ({ id, secret, target: Buffer.from(url) }));
const vectors = [
  ...azionVectors.map((vector) => ({ id: vector.id, secret: vector.secret, target: vectorTarget(vector) })),
  ...ofSameHash,
];

const now = (): number => Math.floor(Date.now() / 1000);
const ours = async (secret: string, target: Buffer, maxTtl: number): Promise<number> => {
  const verdict = await verifyUrl(`https://cdn.example.com${target.toString()}`, {
    format: azion({ secret, maxTtl }),
  });
  return verdict.ok ? 200 : verdict.status;
};

describe('the nginx configuration that is shipped', { tags: ['nginx'] }, () => {
  const secret = 'mysecret';
  const format = azion({ secret });
  let limited: ShippedNginx;
  let unlimited: ShippedNginx;
  let timeless: ShippedNginx;
  beforeAll(async () => {
    [limited, unlimited, timeless] = await Promise.all([
      startShippedNginx(),
      startShippedNginx({ limited: false, judgeOnly: true }),
      startShippedNginx({ clockFromHeader: true, judgeOnly: true }),
    ]);
  });
  afterAll(() => Promise.all([limited, unlimited, timeless].map((each) => each.stop())));

  const signed = async (path: string, expires = now() + 60): Promise<string> =>
    (await signUrl(`https://h${path}`, { format, expires })).slice('https://h'.length);
  const ask = async (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(limited.nginx.origin + path, { ...init, headers: { 'X-Secret': secret, ...(init.headers as object) } });

  test('every vector: nginx and verify say the same, or a named rule says why not', async () => {
    const rows: string[] = [];
    const unexplained: string[] = [];
    const explained: string[] = [];
    for (const { id, secret: own, target } of vectors) {
      const [us, nginx] = [await ours(own, target, Infinity), await unlimited.status(target, own)];
      const rule = us === nginx ? '' : (ruleOf(id) ?? 'UNEXPLAINED');
      rows.push(`${id.padEnd(20)} verify ${us}  nginx ${nginx}  ${rule}`);
      if (us !== nginx) (ruleOf(id) ? explained : unexplained).push(id);
    }
    console.log(rows.join('\n'));
    expect(unexplained).toEqual([]);
    expect(explained.sort(), 'a rule that explains nothing').toEqual(Object.values(rules).flat().sort());
    expect(rows).toHaveLength(110);
  });

  test('every spelling of a path: nginx opens what verify opens', async () => {
    const isOpen = async (path: string): Promise<boolean[]> => {
      const target = Buffer.from(signedBytes(path));
      return [await ours(secret, target, 86_400), await limited.status(target, secret)].map((each) => each === 200);
    };
    for (const path of playing) expect(await isOpen(path), path).toEqual([true, true]);
    for (const path of Object.values(refusedParts).flat()) expect(await isOpen(path), path).toEqual([false, false]);
  });

  test('every vector with the limit of a day: what expires later is refused by both', async () => {
    for (const { id, secret: own, target } of vectors) {
      const [us, nginx] = [await ours(own, target, 86_400), await timeless.status(target, own, now())];
      if (!ruleOf(id)) expect(nginx, id).toBe(us);
    }
  });

  test('the limit: 90,000 seconds ahead are fine, 100,000 are not, whatever the digits carry', async () => {
    const statusAt = async (at: number, expires: number): Promise<number> =>
      timeless.status(await signed('/a.mp4', expires), secret, at);
    for (const at of [
      1_999_999_999, 2_000_000_000, 2_099_909_999, 2_199_990_000, 2_345_678_901, 2_999_899_999, 8_888_888_888,
    ]) {
      for (const ahead of [-100_000, -1, 0, 1, 60, 10_000, 86_400, 90_000]) {
        expect(await statusAt(at, at + ahead), `${at} + ${ahead}`).toBe(200);
      }
      for (const ahead of [100_000, 100_001, 190_000, 1_000_000, 10_000_000, 900_000_000]) {
        expect(await statusAt(at, at + ahead), `${at} + ${ahead}`).toBe(403);
      }
    }
    for (let i = 0; i < 300; i++) {
      const at = 2_000_000_000 + ((i * 2_654_435_761) % 7_000_000_000);
      const expires = at - 20_000 + ((i * 40_503) % 150_000);
      const digits = (time: number): number => Math.floor(time / 10_000);
      expect(await statusAt(at, expires), `${at} ${expires}`).toBe(digits(expires) - digits(at) <= 9 ? 200 : 403);
    }
  });

  test('the origin gets the rest of the query, in its order, and never the token', async () => {
    const expires = now() + 60;
    const st = `st=${azionHash(secret, '/a b.mp4', String(expires))}`;
    const e = `e=${expires}`;
    for (const [query, rest] of [
      [`${st}&${e}`, ''],
      [`${e}&${st}`, ''],
      [`x=1&${st}&${e}`, '?x=1'],
      [`${st}&x=1&${e}`, '?x=1'],
      [`${st}&${e}&x=1`, '?x=1'],
      [`${e}&x=1&y&${st}&z=%20`, '?x=1&y&z=%20'],
      [`a&b=2&${st}&x=1&y=e=3&${e}&z`, '?a&b=2&x=1&y=e=3&z'],
      [`best=1&${st}&the=2&${e}`, '?best=1&the=2'],
    ]) {
      expect(await limited.status(`/a%20b.mp4?${query}`, secret), query).toBe(200);
      expect(limited.asked.at(-1), query).toBe(`GET /a%20b.mp4${rest}`);
    }
  });

  test('a refusal is readable by the page, not cached; what is let through is cached as the origin says', async () => {
    const expected = { 'access-control-allow-origin': '*', 'cache-control': 'no-store' };
    const bad = (await signed('/a.mp4')).replace(/st=./, (start) => (start === 'st=_' ? 'st=-' : 'st=_'));
    for (const [path, status] of [
      ['/a.mp4', 403],
      [bad, 403],
      [await signed('/a.mp4', now() - 1), 410],
    ] as const) {
      const response = await ask(path);
      expect(response.status).toBe(status);
      expect(Object.fromEntries(response.headers)).toMatchObject(expected);
      expect(response.headers.get('access-control-expose-headers')).toContain('Date');
      expect(response.headers.has('date')).toBe(true);
    }
    const good = await ask(await signed('/a.mp4'));
    expect(good.status).toBe(200);
    expect(good.headers.get('access-control-allow-origin')).toBe('*');
    expect(good.headers.get('cache-control')).toBe('max-age=60');
  });

  test('preflights pass, HEAD is judged like GET, other methods are 405', async () => {
    const preflight = await ask('/a.mp4', {
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
    const good = await signed('/a.mp4');
    expect((await ask(good, { method: 'HEAD' })).status).toBe(200);
    expect((await ask('/a.mp4', { method: 'HEAD' })).status).toBe(403);
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const refusal = await ask(good, { method });
      expect(refusal.status, method).toBe(405);
      expect(refusal.headers.get('access-control-allow-origin'), method).toBe('*');
    }
  });

  test('files: ranges and conditional requests are judged too, and 416 names the page once', async () => {
    const good = await signed('/nginx.conf');
    const part = await ask(good, { headers: { Range: 'bytes=0-3' } });
    expect(part.status).toBe(206);
    expect(await part.text()).toHaveLength(4);
    expect((await ask('/nginx.conf', { headers: { Range: 'bytes=0-3' } })).status).toBe(403);
    const beyond = await ask(good, { headers: { Range: 'bytes=9999999-' } });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('access-control-allow-origin')).toBe('*');
    const etag = part.headers.get('etag')!;
    expect((await ask(good, { headers: { 'If-None-Match': etag } })).status).toBe(304);
    const expired = await signed('/nginx.conf', now() - 1);
    expect((await ask(expired, { headers: { 'If-None-Match': etag } })).status).toBe(410);
  });

  test('without a secret nothing is let through, not even what is signed with the empty one', async () => {
    const expires = String(now() + 60);
    const forged = `/a.mp4?st=${azionHash('', '/a.mp4', expires)}&e=${expires}`;
    expect(await limited.status(forged, '')).toBe(500);
    expect((await fetch(limited.nginx.origin + forged)).headers.get('cache-control')).toBe('no-store');
  });
});
