import { Redis as Client } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { startRedis } from '../../../support/redis.ts';
import type { Redis } from '../../../support/redis.ts';
import { endpoint, master, post } from '../../../support/signing-endpoint.ts';

describe('a limit shared through a real Redis', { tags: ['redis'] }, () => {
  let redis: Redis;
  const clients: Client[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.disconnect();
  });
  afterAll(() => redis.stop());

  /** An instance of the endpoint with a connection of its own, as on a machine of its own. */
  const instance = (points: number, heard: unknown[] = []): ((viewer: string) => Promise<Response>) => {
    const client = new Client(redis.port, '127.0.0.1', { retryStrategy: () => 50 });
    // without a listener ioredis prints every failed attempt to connect
    client.on('error', () => undefined);
    clients.push(client);
    const limiter = new RateLimiterRedis({ storeClient: client, points, duration: 60 });
    const key = (request: Request): string => request.headers.get('X-Viewer')!;
    const handler = endpoint({ rateLimit: { limiter, key }, onError: (error) => heard.push(error) });
    return (viewer) => handler(post({ urls: [master] }, { 'X-Viewer': viewer }));
  };

  test('calls at the same moment do not slip through together', async () => {
    const instances = [instance(5), instance(5)];
    const responses = await Promise.all(Array.from({ length: 40 }, (_, i) => instances[i % 2]!('crowd')));
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(5);
    expect(responses.filter(({ status }) => status === 429)).toHaveLength(35);
  });

  test('what Redis keeps of a key of 14 kB is a digest', async () => {
    expect((await instance(4)('k'.repeat(14_000))).status).toBe(200);
    const names = await clients[0]!.keys('*');
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) expect(name).toMatch(/^rlflx:[\w-]{43}$/);
  });

  test('Redis dies: 503, and the log hears of it; Redis is back: the limit holds again', async () => {
    const heard: unknown[] = [];
    const call = instance(2, heard);
    expect((await call('c')).status).toBe(200);
    await redis.kill();
    const response = await call('c');
    expect([response.status, response.headers.get('Content-Type')]).toEqual([503, 'application/problem+json']);
    expect(heard).toEqual([expect.any(Error)]);
    await redis.restart();
    const back = async (): Promise<number> => (await call('d')).status;
    await vi.waitFor(async () => expect(await back()).toBe(200), { timeout: 30_000 });
    // what the client had queued may have counted, too
    await vi.waitFor(async () => expect(await back()).toBe(429), { timeout: 30_000 });
  }, 30_000);
});
