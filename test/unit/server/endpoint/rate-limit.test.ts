import { createHash } from 'node:crypto';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RateLimitOptions } from '../../../../packages/server/src/endpoint/rate-limit.ts';
import { endpoint, master, post } from '../../../support/signing-endpoint.ts';

/** Rejects with any value: what `rate-limiter-flexible` rejects with is no Error. */
const rejectWith = Promise.reject.bind(Promise) as (reason: unknown) => Promise<never>;
const answer = async (options: RateLimitOptions): Promise<{ response: Response; heard: unknown[] }> => {
  const heard: unknown[] = [];
  const handler = endpoint({ rateLimit: options, onError: (error) => heard.push(error) });
  return { response: await handler(post({ urls: [master] })), heard };
};
const status = async (options: RateLimitOptions): Promise<number> => (await answer(options)).response.status;

describe('the key', () => {
  const broken: [string, RateLimitOptions['key']][] = [
    [
      'throws',
      () => {
        throw new Error('no session store');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no session store'))],
    ['is empty', () => ''],
    ['is empty, later', async () => ''],
    ['is undefined', () => undefined as never],
    ['is null', () => null as never],
    ['is a number', () => 7 as never],
    ['is an object', () => ({ toString: () => 'a' }) as never],
    ['is a list', async () => ['a'] as unknown as string],
  ];
  test.each(broken)('that %s is a 503 that the log hears of, in memory and with a limiter', async (_, key) => {
    const consume = vi.fn(async () => undefined);
    for (const counted of [{ limit: 1, window: 60 }, { limiter: { consume } }]) {
      const { response, heard } = await answer({ ...counted, key });
      expect([response.status, response.headers.get('Content-Type')]).toEqual([503, 'application/problem+json']);
      expect(heard).toEqual([
        expect.objectContaining({ message: expect.stringMatching(/no session store|^rateLimit\.key: /) }),
      ]);
    }
    expect(consume).not.toHaveBeenCalled();
  });

  test('may be found asynchronously', async () => {
    const key = async (request: Request): Promise<string> => request.headers.get('X-Viewer')!;
    const handler = endpoint({ rateLimit: { limit: 1, window: 60, key } });
    const statuses = [];
    for (const viewer of ['a', 'a', 'b'])
      statuses.push((await handler(post({ urls: [master] }, { 'X-Viewer': viewer }))).status);
    expect(statuses).toEqual([200, 429, 200]);
  });
});

describe('a limiter', () => {
  afterEach(() => void vi.useRealTimers());
  const key = (): string => 'the session id of a viewer';
  const digest = createHash('sha256').update(key()).digest('base64url');

  test('is asked with a digest of the key, as a method', async () => {
    const limiter = {
      asked: [] as string[],
      async consume(id: string) {
        this.asked.push(id);
      },
    };
    expect(await status({ limiter, key })).toBe(200);
    expect(limiter.asked).toEqual([digest]);
  });

  test.each([
    [60_000, '60'],
    [1001, '2'],
    [1, '1'],
    [0, '1'],
    [-1, '1'],
  ])(
    'that refuses for %d ms is a 429 with Retry-After %s, of which the log hears nothing',
    async (msBeforeNext, seconds) => {
      const { response, heard } = await answer({ limiter: { consume: () => rejectWith({ msBeforeNext }) }, key });
      expect([response.status, response.headers.get('Retry-After'), heard]).toEqual([429, seconds, []]);
    },
  );

  const down = new Error('connect ECONNREFUSED');
  const failures: [string, () => Promise<unknown>, unknown][] = [
    ['an Error', () => Promise.reject(down), down],
    ['an Error with msBeforeNext', () => Promise.reject(Object.assign(down, { msBeforeNext: 1 })), down],
    [
      'nothing',
      () => rejectWith(undefined),
      expect.objectContaining({ message: expect.stringMatching(/^rateLimit\.limiter: /) }),
    ],
    ['a text', () => rejectWith('down'), expect.objectContaining({ cause: 'down' })],
    ['an object without msBeforeNext', () => rejectWith({}), expect.objectContaining({ cause: {} })],
    ['msBeforeNext that is no number', () => rejectWith({ msBeforeNext: '5' }), expect.any(Error)],
    ['msBeforeNext that is NaN', () => rejectWith({ msBeforeNext: NaN }), expect.any(Error)],
    [
      'an Error thrown at once',
      () => {
        throw down;
      },
      down,
    ],
  ];
  test.each(failures)('that fails with %s is a 503 that the log hears of', async (_, consume, error) => {
    const { response, heard } = await answer({ limiter: { consume }, key });
    expect([response.status, response.headers.get('Content-Type')]).toEqual([503, 'application/problem+json']);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(heard).toEqual([error]);
  });

  test('that never answers is a 503 after two seconds', async () => {
    vi.useFakeTimers();
    const asked = answer({ limiter: { consume: () => new Promise(() => undefined) }, key });
    await vi.advanceTimersByTimeAsync(2000);
    const { response, heard } = await asked;
    expect([response.status, heard]).toEqual([
      503,
      [expect.objectContaining({ message: expect.stringContaining('two seconds') })],
    ]);
  });

  test('leaves no timer behind, however it answers', async () => {
    vi.useFakeTimers();
    for (const consume of [
      async () => undefined,
      () => Promise.reject(down),
      () => {
        throw down;
      },
    ]) {
      await answer({ limiter: { consume }, key });
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  test('of rate-limiter-flexible in memory is shared by two endpoints', async () => {
    const limiter = new RateLimiterMemory({ points: 3, duration: 60 });
    const handlers = [endpoint({ rateLimit: { limiter, key } }), endpoint({ rateLimit: { limiter, key } })];
    const responses = [];
    for (let i = 0; i < 5; i++) responses.push(await handlers[i % 2]!(post({ urls: [master] })));
    expect(responses.map((each) => each.status)).toEqual([200, 200, 200, 429, 429]);
    expect(Number(responses[4]!.headers.get('Retry-After'))).toBeGreaterThan(50);
    expect((await limiter.get(digest))?.consumedPoints).toBe(5);
  });
});

describe('options', () => {
  const limiter = { consume: async () => undefined };
  const key = String;
  test.each<[string, unknown]>([
    ['rateLimit.key', { limit: 1, window: 1 }],
    ['rateLimit.key', { limit: 1, window: 1, key: 'session' }],
    ['rateLimit.limit', { key }],
    ['rateLimit.limit', { window: 1, key }],
    ['rateLimit.limit', { limit: '60', window: 1, key }],
    ['rateLimit.limit', { limit: NaN, window: 1, key }],
    ['rateLimit.limit', { limit: Infinity, window: 1, key }],
    ['rateLimit.window', { limit: 1, key }],
    ['rateLimit.window', { limit: 1, window: '60', key }],
    ['rateLimit.window', { limit: 1, window: Infinity, key }],
    ['rateLimit.window', { limit: 1, window: -1, key }],
    ['rateLimit.limiter', { limiter: {}, key }],
    ['rateLimit.limiter', { limiter: null, key }],
    ['rateLimit.limiter', { limiter: () => undefined, key }],
    ['rateLimit.limiter', { limiter: { consume: true }, key }],
    ['rateLimit.limiter', { limiter, limit: 1, window: 1, key }],
    ['rateLimit.limiter', { limiter, limit: 1, key }],
    ['rateLimit.limiter', { limiter, window: 1, key }],
  ])('%s is named at once: %j', (name, options) => {
    expect(() => endpoint({ rateLimit: options as RateLimitOptions })).toThrow(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(`^${name}:`) }),
    );
  });
});
