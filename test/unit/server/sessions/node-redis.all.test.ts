import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe } from 'vitest';
import { redisStore } from '../../../../packages/server/src/sessions.ts';
import type { NodeRedisClient } from '../../../../packages/server/src/sessions.ts';
import { startRedis } from '../../../support/redis.ts';
import type { Redis } from '../../../support/redis.ts';
import { describeSessionStore } from '../../../support/session-store-contract.ts';

interface Client extends NodeRedisClient {
  connect(): Promise<unknown>;
  destroy(): void;
}
const requireExtra = createRequire(new URL('../../../extra/', import.meta.url));

describe('redisStore with a client of `redis`', { tags: ['redis', 'node-redis'] }, () => {
  let redis: Redis;
  let client: Client;
  let made = 0;

  beforeAll(async () => {
    redis = await startRedis();
    const { createClient } = requireExtra('redis') as { createClient: (options: object) => Client };
    client = createClient({ url: `redis://127.0.0.1:${redis.port}` });
    await client.connect();
  });
  afterAll(async () => {
    client.destroy();
    await redis.stop();
  });

  describeSessionStore(() => redisStore(client, { prefix: `test-${++made}` }));
});
