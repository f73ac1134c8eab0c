import { describe, expect, test } from 'vitest';
import { firewallAnswer } from '../../packages/server/src/azion/firewall.ts';
import { azion, verifyUrl } from '../../packages/server/src/index.ts';
import { azionVectors, VECTOR_TIME, vectorTarget } from '../support/azion-vectors.ts';
import { firewallFile, startAzionFirewall, startFirewall } from '../support/azion-firewall.ts';

const firewall = startFirewall();
const azionFirewall = await startAzionFirewall();
const secret = 'mysecret';
const now = 1_470_055_000;
const good = 'https://cdn.example.com/my/uri?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000';
const bad = good.replace('m6', 'm7');
const ask = (url: string, more: Partial<Parameters<typeof firewall>[0]> = {}): ReturnType<typeof firewall> =>
  firewall({ url, args: { secure_token_secret: secret }, now, ...more });

describe('dist/azion-firewall.js', () => {
  test('is one classic script that needs nothing, and Azion finds its listener', { tags: ['shipped-build'] }, () => {
    expect(firewallFile.match(/addEventListener\("firewall",/g)).toHaveLength(1);
    expect(firewallFile).not.toMatch(/^\s*(?:import|export)\b|\brequire\(|\bprocess\.|(?<!\?\.)\bBuffer\b/m);
    expect(firewallFile, 'the licence of what is inside').toContain('Paul Miller');
    expect(Buffer.byteLength(firewallFile)).toBeLessThan(52_000);
  });

  test('every Azion vector: the verdict of verifyUrl, by exactly one outcome', async () => {
    const statuses = new Map<number, number>();
    for (const vector of azionVectors) {
      const url = `https://cdn.example.com${vectorTarget(vector).toString()}`;
      const format = azion({ secret: vector.secret, maxTtl: 1e10 });
      const verdict = await verifyUrl(url, { format, now: VECTOR_TIME });
      const outcome = firewall({
        url,
        args: { secure_token_secret: vector.secret, max_ttl: 1e10 },
        now: VECTOR_TIME,
      });
      expect(outcome.status, vector.id).toBe(verdict.ok ? 200 : verdict.status);
      expect(outcome.chosen, vector.id).toEqual([verdict.ok ? 'continue' : 'respondWith']);
      statuses.set(outcome.status, (statuses.get(outcome.status) ?? 0) + 1);
    }
    expect([...statuses.keys()].sort()).toEqual([200, 403, 410]);
    expect([...statuses.values()].reduce((sum, count) => sum + count)).toBe(106);
  });

  test('the known vector is let through until its last second, then it is 410; another token is 403', () => {
    expect(ask(good)).toMatchObject({ chosen: ['continue'] });
    expect(ask(good, { now: now + 1 })).toMatchObject({ chosen: ['respondWith'], status: 410 });
    expect(ask(bad, { now: now + 1 })).toMatchObject({ chosen: ['respondWith'], status: 403 });
    expect(ask('https://cdn.example.com/my/uri')).toMatchObject({ status: 403 });
    expect(ask(good, { now: now - 86_401 })).toMatchObject({ status: 403 });
  });

  test('a page can read a refusal, and nothing caches it', () => {
    for (const outcome of [ask(bad), ask(good, { now: now + 1 })]) {
      expect(outcome.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': expect.stringContaining('Date'),
        'cache-control': 'no-store',
        vary: 'Origin',
      });
      expect(Date.parse(outcome.headers.date!)).toBeGreaterThanOrEqual(now * 1000);
    }
    const cors = { origins: ['https://app.example'], credentials: true };
    const args = { secure_token_secret: secret, cors };
    const refusal = (origin: string) => ask(bad, { args, headers: { Origin: origin } }).headers;
    expect(refusal('https://app.example')).toMatchObject({
      'access-control-allow-origin': 'https://app.example',
      'access-control-allow-credentials': 'true',
    });
    expect(refusal('https://evil.example')).not.toHaveProperty('access-control-allow-origin');
  });

  test('HEAD and ranges are judged like GET, preflights are answered, other methods are 405', () => {
    expect(ask(good, { method: 'HEAD' }).chosen).toEqual(['continue']);
    expect(ask(bad, { method: 'HEAD', headers: { Range: 'bytes=0-1' } }).status).toBe(403);
    const preflight = ask('https://cdn.example.com/my/uri', {
      method: 'OPTIONS',
      headers: { Origin: 'https://app.example', 'Access-Control-Request-Headers': 'range' },
    });
    expect(preflight).toMatchObject({ chosen: ['respondWith'], status: 204 });
    expect(preflight.headers).toMatchObject({
      'access-control-allow-headers': 'range',
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
    });
    expect(ask(good, { method: 'POST' })).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD, OPTIONS', 'access-control-allow-origin': '*' },
    });
  });

  test('a request that cannot be read is a 500 too: no outcome at all would leave the choice to Azion', () => {
    const log: string[] = [];
    const request = {
      url: '/my/uri?st=m6WCATfRgS_5lcyChCPgrw&e=1470055000',
      method: 'GET',
      headers: new Headers(),
    } as Request;
    const event = {
      request,
      args: { secure_token_secret: secret },
      console: { error: (line: string) => log.push(line) },
      respondWith() {},
      continue() {},
    };
    expect(firewallAnswer(event, now * 1000)?.status).toBe(500);
    expect(log).toEqual(['The arguments or the request could not be read. Check the JSON of the arguments.']);
  });

  test("path_form 'raw' hashes the path as it stands in the URL", () => {
    const url = 'https://cdn.example.com/my%20uri';
    const token = azion({ secret, pathForm: 'raw' }).sign(new URL(url), now) as { query: Record<string, string> };
    const signed = `${url}?${new URLSearchParams(token.query).toString()}`;
    expect(ask(signed, { args: { secure_token_secret: secret, path_form: 'raw' } }).status).toBe(200);
    expect(ask(signed).status).toBe(403);
  });
});

describe.skipIf(!azionFirewall)(
  "dist/azion-firewall.js in Azion's own polyfill of the event (azion/bundler/polyfills)",
  () => {
    const dispatch = azionFirewall!;

    test('every Azion vector: the verdict of verifyUrl, by the outcome that Azion records', async () => {
      for (const vector of azionVectors) {
        const url = `https://cdn.example.com${vectorTarget(vector).toString()}`;
        const args = { secure_token_secret: vector.secret, max_ttl: 1e10 };
        const format = azion({ secret: vector.secret, maxTtl: 1e10 });
        const verdict = await verifyUrl(url, { format, now: VECTOR_TIME });
        const { outcome, status } = await dispatch({ url, args, now: VECTOR_TIME });
        expect(outcome, vector.id).toBe(verdict.ok ? 'continue' : 'respondWith');
        expect(status, vector.id).toBe(verdict.ok ? 200 : verdict.status);
      }
    });

    test.each<[string, Partial<Parameters<typeof dispatch>[0]>, number]>([
      ['a genuine token', {}, 200],
      ['a genuine token of the second before', { now: now + 1 }, 410],
      ['another token', { url: bad }, 403],
      ['no token', { url: 'https://cdn.example.com/my/uri' }, 403],
      ['HEAD', { url: bad, method: 'HEAD' }, 403],
      ['a preflight', { url: bad, method: 'OPTIONS', headers: { Origin: 'https://app.example' } }, 204],
      ['another method', { method: 'DELETE' }, 405],
      ['no arguments', { args: undefined }, 500],
      ['no secret', { args: {} }, 500],
      [
        'a path that no rule names',
        { url: 'https://h/free', args: { secure_token_secret: secret, rules: [{ path: '/vod/' }] } },
        200,
      ],
    ])('%s: one outcome, readable by the page', async (_, request, expected) => {
      const answer = await dispatch({ url: good, args: { secure_token_secret: secret }, now, ...request });
      expect(answer.outcome).toEqual(expected === 200 ? 'continue' : 'respondWith');
      expect(answer.status).toEqual(expected);
      if (expected !== 200)
        expect(answer.headers).toMatchObject({ 'access-control-allow-origin': '*', 'cache-control': 'no-store' });
    });
  },
);
