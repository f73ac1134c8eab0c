import { createRequire } from 'node:module';
import { Redis as Client } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createSessions, redisStore } from '../../../../packages/server/src/sessions.ts';
import type { NodeRedisClient, SessionStore } from '../../../../packages/server/src/sessions.ts';
import { startRedis } from '../../../support/redis.ts';
import type { Redis } from '../../../support/redis.ts';
import { describeSessionStore } from '../../../support/session-store-contract.ts';

describe('redisStore with a real Redis', { tags: ['redis'] }, () => {
  let redis: Redis;
  let client: Client;
  let made = 0;

  beforeAll(async () => {
    redis = await startRedis();
    client = new Client(redis.port, '127.0.0.1', { retryStrategy: () => 20 });
    // without a listener ioredis prints every failed attempt to connect
    client.on('error', () => undefined);
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });

  const make = (): SessionStore => redisStore(client, { prefix: `test-${++made}` });
  describeSessionStore(make);

  test('a client that puts a prefix in front of all keys ends sessions, too', async ({ onTestFinished }) => {
    const prefixed = new Client(redis.port, '127.0.0.1', { keyPrefix: 'app:' });
    onTestFinished(() => prefixed.disconnect());
    const store = redisStore(prefixed, { prefix: 'front' });
    const nowMs = Date.now();
    const call = { limit: 1, most: 200, nowMs, idleAtMs: nowMs + 60_000, overAtMs: nowMs + 60_000 };
    await store.admit({ ...call, viewer: 'anna', id: 'a' });
    await store.admit({ ...call, viewer: 'ben', id: 'b' });
    await store.end({ id: 'a' }, nowMs);
    await store.end({ viewer: 'ben' }, nowMs);
    const ended = (await store.ended(undefined, nowMs))!.sessions;
    expect(ended.map(({ id }) => id).sort()).toEqual(['a', 'b']);
    const keys = ['ended', 'version'].map((key) => `app:{front}:${key}`);
    expect((await client.keys('*{front}*')).sort()).toEqual(keys);
  });

  test('names of viewers do not end up in Redis', async () => {
    const store = redisStore(client, { prefix: 'names' });
    const sessions = createSessions({ store, viewer: () => 'anna@example.com' });
    await sessions.admit(new Request('https://app.example.com/'), { session: 'AAAAAAAAAAAAAAAAAAAAAA', ttl: 300 });
    const keys = await client.keys('{names}*');
    expect(keys.length).toBeGreaterThan(1);
    const values = await Promise.all(keys.map((key) => client.dump(key)));
    for (const text of [...keys, ...values.map(String)]) expect(text).not.toMatch(/anna|AAAAAAAA/);
  });

  test('while Redis is away a call fails, and after its return places are counted anew', async () => {
    const sessions = createSessions({ store: make(), viewer: () => 'anna', limit: 1 });
    const call = async (session: string): Promise<string> =>
      (await sessions.admit(new Request('https://app.example.com/'), { session, ttl: 300 })).state;
    expect(await call('AAAAAAAAAAAAAAAAAAAAAA')).toBe('admitted');
    expect(await call('BBBBBBBBBBBBBBBBBBBBBA')).toBe('full');
    redis.freeze();
    try {
      await expect(call('AAAAAAAAAAAAAAAAAAAAAA')).rejects.toThrow('two seconds');
    } finally {
      redis.thaw();
    }
    await redis.kill();
    await redis.restart();
    await vi.waitFor(async () => expect(await call('AAAAAAAAAAAAAAAAAAAAAA')).toBe('admitted'), { timeout: 10_000 });
    expect(await call('BBBBBBBBBBBBBBBBBBBBBA')).toBe('full');
  });
});

interface NodeRedis extends NodeRedisClient {
  connect(): Promise<unknown>;
  destroy(): void;
}

describe('redisStore with a client of `redis`', { tags: ['redis', 'node-redis'] }, () => {
  let redis: Redis;
  let client: NodeRedis;
  let made = 0;

  beforeAll(async () => {
    redis = await startRedis();
    const requireExtra = createRequire(new URL('../../../extra/', import.meta.url));
    const { createClient } = requireExtra('redis') as { createClient: (options: object) => NodeRedis };
    client = createClient({ url: `redis://127.0.0.1:${redis.port}` });
    await client.connect();
  });
  afterAll(async () => {
    client.destroy();
    await redis.stop();
  });

  describeSessionStore(() => redisStore(client, { prefix: `test-${++made}` }));
});

test('redisStore refuses what is no client, and braces in the prefix', () => {
  expect(() => redisStore({} as never)).toThrow(/^client:/);
  expect(() => redisStore({ isOpen: true, eval: () => Promise.resolve() }, { prefix: 'a{b}' })).toThrow(/^prefix:/);
});
