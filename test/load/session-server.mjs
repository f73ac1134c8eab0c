// session-server.mjs REDIS_PORT: a signing endpoint that counts sessions in Redis, at the time that it is told
import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { createSigningEndpoint, secureToken, toNodeHandler } from 'secure-token-server';
import { createSessions, redisStore } from 'secure-token-server/sessions';
import { limit, ttl } from './session-rules.mjs';

const client = new Redis(Number(process.argv[2]), '127.0.0.1', { retryStrategy: () => 50 });
// without a listener ioredis prints every failed attempt to connect
client.on('error', () => undefined);

let nowMs = 0;
const clock = () => nowMs;
const sessions = createSessions({
  store: redisStore(client),
  viewer: (request) => request.headers.get('X-Viewer') ?? '',
  limit,
  clock,
});
const endpoint = createSigningEndpoint({
  format: secureToken({ secret: 'mysecret' }),
  allow: 'https://cdn.example.com/vod/',
  ttl,
  authorize: () => true,
  sessions,
  clock,
  // an outage of Redis fills no log
  onError: () => undefined,
});
const server = createServer(toNodeHandler(endpoint));
// the connections of callers outlast an outage of Redis
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.on('message', (told) => {
  nowMs = Number(told);
  process.send?.('told');
});
process.once('disconnect', () => process.exit());
