import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { rateLimit } from '../../../../packages/server/src/endpoint/rate-limit.ts';
import { NOW, endpoint, master, post } from '../../../support/signing-endpoint.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const request = post({ urls: [master] });

describe('viewers counted in memory', () => {
  /** Counts calls by the name of a viewer, on a clock of its own. */
  const counting = (
    limit: number,
    window: number,
  ): { call: (viewer: string) => Promise<number>; at: (ms: number) => void } => {
    let [name, nowMs] = ['', NOW * 1000];
    const wait = rateLimit({ limit, window, key: () => name }, () => nowMs);
    return {
      call: (viewer) => {
        name = viewer;
        return wait(request);
      },
      at: (ms) => (nowMs = NOW * 1000 + ms),
    };
  };

  test('10,000 viewers with keys of 14 kB cost less than 400 bytes each', async () => {
    const { call } = counting(60, 60);
    const padding = 'x'.repeat(14_000);
    const used = (): number => {
      collectGarbage();
      return process.memoryUsage().heapUsed;
    };
    const before = used();
    for (let i = 0; i < 10_000; i++) await call(`${i} ${padding} ${i}`);
    const growth = used() - before;
    // kept whole, the keys alone would be 140 MB
    expect(growth).toBeLessThan(10_000 * 400);
    expect(await call(`0 ${padding} 0`)).toBe(0);
  }, 30_000);

  test('a flood of made-up viewers wins nobody a new window, and ends with its window', async () => {
    const { call, at } = counting(3, 60);
    for (const expected of [0, 0, 0, 60]) expect(await call('over the limit')).toBe(expected);
    for (const expected of [0, 0]) expect(await call('below it')).toBe(expected);
    for (let i = 0; i < 110_000; i++) await call(`made up ${i}`);
    at(20_000);
    expect(await call('over the limit')).toBe(40);
    expect(await call('below it')).toBe(0);
    expect(await call('below it')).toBe(40);
    at(60_000);
    for (const expected of [0, 0, 0, 60]) expect(await call('over the limit')).toBe(expected);
  }, 60_000);

  test('the number of windows that are kept has an upper bound', async () => {
    const { call } = counting(1, 60);
    const kept = vi.spyOn(Map.prototype, 'set');
    for (let i = 0; i < 150_000; i++) await call(`made up ${i}`);
    const sizes = kept.mock.contexts.map((map) => (map as Map<string, unknown>).size);
    kept.mockRestore();
    expect(Math.max(...new Set(sizes))).toBeLessThanOrEqual(104_096);
  }, 60_000);

  test('a clock set back by a day holds nobody for a day, one that steps back a little resets nothing', async () => {
    const { call, at } = counting(1, 60);
    at(86_400_000);
    expect([await call('a'), await call('a')]).toEqual([0, 60]);
    at(86_400_000 - 50);
    expect(await call('a')).toBe(61);
    at(0);
    expect([await call('a'), await call('a')]).toEqual([0, 60]);
  });

  test('of calls whose keys are found out of order, none begins a new window', async () => {
    let nowMs = NOW * 1000;
    const found: (() => void)[] = [];
    const key = (): Promise<string> => new Promise((resolve) => found.push(() => resolve('a')));
    const wait = rateLimit({ limit: 1, window: 60, key }, () => nowMs++);
    const waits = [wait(request), wait(request), wait(request)];
    for (const resolve of found.reverse()) resolve();
    expect((await Promise.all(waits)).filter((seconds) => seconds === 0)).toHaveLength(1);
  });
});

describe('the signing endpoint', () => {
  test('rate limit per viewer', async () => {
    let nowMs = NOW * 1000;
    const handler = endpoint({
      clock: () => nowMs,
      rateLimit: { limit: 2, window: 10, key: (request) => request.headers.get('Authorization') ?? '' },
    });
    const call = (who: string): Promise<Response> => handler(post({ urls: [master] }, { Authorization: who }));
    const statuses = [];
    for (const who of ['a', 'a', 'a', 'b']) statuses.push((await call(who)).status);
    expect(statuses).toEqual([200, 200, 429, 200]);
    nowMs += 4500;
    const limited = await call('a');
    expect([limited.headers.get('Retry-After'), limited.headers.get('Content-Type')]).toEqual([
      '6',
      'application/problem+json',
    ]);
    nowMs += 5500;
    expect((await call('a')).status).toBe(200);
  });

  test('a flood of made-up viewers fills no memory, and does not reset the one who is over the limit', async () => {
    const handler = endpoint({
      rateLimit: { limit: 1, window: 60, key: (request) => request.headers.get('X-Id') ?? '' },
    });
    const call = async (id: string): Promise<number> => (await handler(post('', { 'X-Id': id }))).status;
    expect([await call('me'), await call('me')]).toEqual([400, 429]);
    for (let i = 0; i < 9_000; i++) await call(String(i));
    expect(await call('me')).toBe(429);
  });
});
