import { createHash } from 'node:crypto';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { rateLimit } from '../../../../packages/server/src/endpoint/rate-limit.ts';
import type { RateLimitOptions } from '../../../../packages/server/src/endpoint/rate-limit.ts';
import { inPart } from '../../../support/parts.ts';
import { NOW, endpoint, master, post } from '../../../support/signing-endpoint.ts';

/** Rejects with any value: what `rate-limiter-flexible` rejects with is no Error. */
const rejectWith = Promise.reject.bind(Promise) as (reason: unknown) => Promise<never>;
const answer = async (options: RateLimitOptions): Promise<{ response: Response; heard: unknown[] }> => {
  const heard: unknown[] = [];
  const handler = endpoint({ rateLimit: options, onError: (error) => heard.push(error) });
  return { response: await handler(post({ urls: [master] })), heard };
};
const key = (): string => 'the session id of a viewer';
const digest = createHash('sha256').update(key()).digest('base64url');

describe('calls counted in memory', () => {
  /** Counts calls by the name of a viewer, on a clock of its own. */
  const counting = (limit: number) => {
    const time = { nowMs: NOW * 1000 };
    const wait = rateLimit({ limit, window: 60, key: (request) => request.headers.get('X-Viewer')! }, () => time.nowMs);
    return { time, call: (viewer: string) => wait(post('', { 'X-Viewer': viewer })) };
  };

  test('beyond the limit of a viewer are a 429 until the window ends', async () => {
    let nowMs = NOW * 1000;
    const viewer = async (request: Request): Promise<string> => request.headers.get('X-Viewer')!;
    const handler = endpoint({ clock: () => nowMs, rateLimit: { limit: 2, window: 10, key: viewer } });
    const call = (who: string): Promise<Response> => handler(post({ urls: [master] }, { 'X-Viewer': who }));
    const statuses = [];
    for (const who of ['a', 'a', 'a', 'b']) statuses.push((await call(who)).status);
    expect(statuses).toEqual([200, 200, 429, 200]);
    nowMs += 4500;
    expect((await call('a')).headers.get('Retry-After')).toBe('6');
    nowMs += 5500;
    expect((await call('a')).status).toBe(200);
  });

  test.each(inPart([], [110_000]))(
    'of %i made-up viewers win nobody more calls, and fill no memory',
    async (flood) => {
      const { call, time } = counting(3);
      for (const expected of [0, 0, 0, 60]) expect(await call('over the limit')).toBe(expected);
      expect(await call('below it')).toBe(0);
      const kept = vi.spyOn(Map.prototype, 'set');
      for (let i = 0; i < flood; i++) await call(`made up ${i}`);
      const sizes = kept.mock.contexts.map((map) => (map as Map<string, unknown>).size);
      kept.mockRestore();
      expect(Math.max(...new Set(sizes))).toBeLessThanOrEqual(104_096);
      time.nowMs += 20_000;
      expect(await call('over the limit')).toBe(40);
      for (const expected of [0, 0, 40]) expect(await call('below it')).toBe(expected);
      time.nowMs += 40_000;
      expect(await call('over the limit')).toBe(0);
    },
    60_000,
  );
});

test.each<[string, RateLimitOptions['key']]>([
  ['throws', () => expect.fail('no session store')],
  ['is empty', () => ''],
  ['is undefined', async () => undefined as never],
])('a key that %s is a 503 that the log hears of, in memory and with a limiter', async (_, broken) => {
  const consume = vi.fn(async () => undefined);
  for (const counted of [{ limit: 1, window: 60 }, { limiter: { consume } }]) {
    const { response, heard } = await answer({ ...counted, key: broken });
    expect(response.status).toBe(503);
    expect(heard).toHaveLength(1);
  }
  expect(consume).not.toHaveBeenCalled();
});

describe('a limiter', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('is asked with a digest of the key, as a method, and may be shared by two endpoints', async () => {
    const limiter = new RateLimiterMemory({ points: 3, duration: 60 });
    const handlers = [endpoint({ rateLimit: { limiter, key } }), endpoint({ rateLimit: { limiter, key } })];
    const statuses = [];
    for (let i = 0; i < 5; i++) statuses.push((await handlers[i % 2]!(post({ urls: [master] }))).status);
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect((await limiter.get(digest))?.consumedPoints).toBe(5);
  });

  test.each([
    [60_000, '60'],
    [1001, '2'],
    [-1, '1'],
  ])('that refuses for %d ms is a 429 with Retry-After %s, and no news for the log', async (msBeforeNext, seconds) => {
    const { response, heard } = await answer({ limiter: { consume: () => rejectWith({ msBeforeNext }) }, key });
    expect(response.status).toBe(429);
    expect(response.headers.get('Retry-After')).toEqual(seconds);
    expect(heard).toEqual([]);
  });

  const down = new Error('connect ECONNREFUSED');
  test.each<[string, () => Promise<unknown>, unknown]>([
    ['an Error', () => Promise.reject(down), down],
    ['nothing', () => rejectWith(undefined), expect.any(Error)],
    ['msBeforeNext that is no number', () => rejectWith({ msBeforeNext: '5' }), expect.any(Error)],
  ])('that fails with %s is a 503 that the log hears of', async (_, consume, error) => {
    const { response, heard } = await answer({ limiter: { consume }, key });
    expect(response.status).toBe(503);
    expect(heard).toEqual([error]);
  });

  test('that never answers is a 503 after two seconds, and leaves no timer behind when it answers', async () => {
    vi.useFakeTimers();
    await answer({ limiter: { consume: async () => undefined }, key });
    expect(vi.getTimerCount()).toBe(0);
    const asked = answer({ limiter: { consume: () => new Promise(() => undefined) }, key });
    await vi.advanceTimersByTimeAsync(2000);
    const { response, heard } = await asked;
    expect(response.status).toBe(503);
    expect(String(heard[0])).toEqual(expect.stringContaining('two seconds'));
  });
});

const limiter = { consume: async () => undefined };
test.each<[string, unknown]>([
  ['rateLimit.key', { limit: 1, window: 1 }],
  ['rateLimit.limit', { limit: '60', window: 1, key }],
  ['rateLimit.window', { limit: 1, key }],
  ['rateLimit.limiter', { limiter: {}, key }],
  ['rateLimit.limiter', { limiter, limit: 1, key }],
])('%s is named at once: %j', (name, options) => {
  expect(() => endpoint({ rateLimit: options as RateLimitOptions })).toThrow(
    expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(`^${name}:`) as string }) as Error,
  );
});
