import { EdgeVM } from '@edge-runtime/vm';
import { rollup } from 'rollup';
import type { OutputOptions } from 'rollup';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import config from '../../../rollup.config.mjs';
import { secureToken, signUrl, verifyUrl } from '../../../packages/server/src/index.ts';
import vectors from '../../vectors/azion.json' with { type: 'json' };

interface Outcome {
  /** The finishing calls, in order: exactly one is right. */
  calls: string[];
  status?: number;
  headers: Record<string, string>;
  log: string[];
}
type Harness = (url: string, init: RequestInit, args: string) => Outcome;

const url = 'https://cdn.example.com/vod/7/index.m3u8';
const args = { secure_token_secret: 'mysecret' };
let file: string;
let vm: EdgeVM;
let harness: Harness;
beforeAll(async () => {
  const row = config.find(({ output }) => (output as OutputOptions).file?.endsWith('azion-firewall.js'))!;
  const bundle = await rollup(row);
  file = (await bundle.generate(row.output as OutputOptions)).output[0].code;
});
beforeEach(() => {
  vm = new EdgeVM();
  vm.evaluate(file);
  harness = vm.evaluate(`((url, init, args) => {
    const outcome = { calls: [], headers: {}, log: [] };
    const listeners = self.__listeners.firewall;
    if (listeners.length !== 1) throw new Error('one listener');
    listeners[0]({
      request: new Request(url, init),
      args: args === '' ? undefined : JSON.parse(args),
      console: { error: (message) => outcome.log.push(message) },
      continue: () => outcome.calls.push('continue'),
      deny: () => outcome.calls.push('deny'),
      drop: () => outcome.calls.push('drop'),
      respondWith: (response) => {
        if (!(response instanceof Response)) throw new TypeError('respondWith wants a Response, not a promise');
        outcome.calls.push('respondWith');
        outcome.status = response.status;
        outcome.headers = Object.fromEntries(response.headers);
      },
    });
    return outcome;
  })`);
});
const run = (target: string, given: unknown, init: RequestInit = {}): Outcome =>
  harness(target, init, given === undefined ? '' : JSON.stringify(given));
const statusOf = (target: string, given: unknown, init?: RequestInit): number | 'continue' | undefined => {
  const { calls, status } = run(target, given, init);
  expect(calls).toHaveLength(1);
  return calls[0] === 'continue' ? 'continue' : status;
};
const now = (): number => Math.floor(Date.now() / 1000);
const signed = (target = url, expiresIn = 60, secret = 'mysecret'): Promise<string> =>
  signUrl(target, { format: secureToken({ secret }), expires: now() + expiresIn });

describe('azion-firewall.js', () => {
  test('is one file without imports, and Azion finds the listener in it', () => {
    expect(file).toMatch(/addEventListener\((['"]?)firewall\1,/);
    expect(file).not.toMatch(/^\s*(?:import|export)\b|\b(?:require|import)\(|\bprocess\.|\bglobalThis\.process/m);
  });

  test('a genuine request goes on, and nothing else is said', async () => {
    for (const method of ['GET', 'HEAD']) expect(statusOf(await signed(), args, { method })).toBe('continue');
  });

  test('refusals are readable by the page, dated and never cached', async () => {
    const cases = [
      [403, url],
      [403, `${await signed()}x`],
      [410, await signed(url, -1)],
      [403, await signed(url, 90_000)],
    ] as const;
    for (const [status, target] of cases) {
      const outcome = run(target, args, { headers: { Origin: 'https://app.example.com', Range: 'bytes=0-1' } });
      expect([outcome.calls, outcome.status], target).toEqual([['respondWith'], status]);
      expect(outcome.headers).toMatchObject({
        'access-control-allow-origin': '*',
        'access-control-expose-headers': expect.stringContaining('Date'),
        'cache-control': 'no-store',
        date: expect.stringMatching(/GMT$/),
        vary: 'Origin',
      });
    }
  });

  test('preflights are answered, other methods refused', () => {
    const headers = { Origin: 'https://app.example.com', 'Access-Control-Request-Headers': 'range' };
    expect(run(url, args, { method: 'OPTIONS', headers })).toMatchObject({
      status: 204,
      headers: { 'access-control-allow-methods': 'GET, HEAD, OPTIONS', 'access-control-allow-headers': 'range' },
    });
    for (const method of ['POST', 'PUT', 'DELETE']) expect(statusOf(url, args, { method })).toBe(405);
  });

  test.each([
    undefined,
    {},
    { secure_token_secret: '' },
    { secure_token_secrets: [] },
    { secure_token_secrets: ['a', ''] },
    { secure_token_secret: null },
    { secure_token_secret: 7 },
    { ...args, rules: [] },
    { ...args, rules: [{ path: 'vod' }] },
    { ...args, rules: [{ host: 'a b' }] },
    { ...args, rules: 'x' },
    { ...args, cors: { origins: '*', credentials: true } },
    { ...args, max_ttl: -1 },
  ])('fails closed with %j: signed or not, everything is a 500', async (given) => {
    for (const target of [url, await signed(), await signed(url, 60, 'undefined')])
      expect(statusOf(target, given)).toBe(500);
    expect(run(url, given).log).toHaveLength(1);
    expect(run(url, given).log.join()).not.toContain('mysecret');
  });

  test('secrets rotate by arguments', async () => {
    const old = await signed(url, 60, 'old');
    expect(statusOf(old, { secure_token_secret: 'old' })).toBe('continue');
    expect(statusOf(old, { secure_token_secrets: ['new', 'old'] })).toBe('continue');
    expect(statusOf(old, { secure_token_secrets: ['new'] })).toBe(403);
  });

  test('rules for host and path', async () => {
    const rules = [{ host: 'cdn.example.com', path: '/vod/' }, { host: '*.live.example.com' }, { path: '/paid' }];
    const given = { ...args, rules };
    const cases: Record<string, number | 'continue'> = {
      'https://cdn.example.com/vod/x': 403,
      'https://cdn.example.com/%76od/x': 403,
      'https://cdn.example.com/vodka': 'continue',
      'https://other.example.com/vod/x': 'continue',
      'https://a.live.example.com/x': 403,
      'https://live.example.com/x': 'continue',
      'https://any.example/paid/x': 403,
      'https://any.example/free': 'continue',
      'https://any.example/x%2F..%2Fpaid': 403,
      'https://any.example//paid': 403,
    };
    for (const [target, expected] of Object.entries(cases)) expect(statusOf(target, given), target).toBe(expected);
    expect(statusOf(await signed('https://cdn.example.com/vod/x'), given)).toBe('continue');
    expect(statusOf('https://any.example/free', given, { method: 'POST' })).toBe('continue');
  });

  test('credentialed CORS, other parameters, raw paths', async () => {
    const cors = { origins: ['https://app.example.com'], credentials: true };
    const { headers } = run(url, { ...args, cors }, { headers: { Origin: 'https://app.example.com' } });
    expect(headers).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-credentials': 'true',
    });
    expect(run(url, { ...args, cors }, { headers: { Origin: 'https://evil.example' } }).headers).not.toHaveProperty(
      'access-control-allow-origin',
    );
    const params = { token: 'md5', expires: 'expires' };
    const format = secureToken({ secret: 'mysecret', params, pathForm: 'raw' });
    const spaced = await signUrl('https://cdn.example.com/a%20b', { format, expiresIn: 60 });
    expect(statusOf(spaced, { ...args, params, path_form: 'raw' })).toBe('continue');
    expect(statusOf(spaced, { ...args, params })).toBe(403);
  });

  test('on every vector it says what verifyUrl says', async () => {
    let continued = 0;
    for (const { secret, url: path, method } of vectors as { secret: string; url?: string; method: string }[]) {
      if (path === undefined || method !== 'GET') continue;
      const target = `https://cdn.example.com${path}`;
      const verdict = await verifyUrl(target, { format: secureToken({ secret, maxTtl: 1e10 }) });
      const outcome = statusOf(target, { secure_token_secret: secret, max_ttl: 1e10 });
      expect(outcome, path).toBe(verdict.ok ? 'continue' : verdict.status);
      if (outcome === 'continue') continued++;
    }
    expect(continued).toBeGreaterThan(40);
  });
});
