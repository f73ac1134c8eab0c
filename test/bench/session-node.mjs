// session-node.mjs [SOCKET]: a signing endpoint in a process of its own, which counts sessions in the Redis at SOCKET
import { createServer } from 'node:http';
import { Redis } from 'ioredis';
import { createSigningEndpoint, azion, toNodeHandler } from 'secure-token-server';
import { createSessions, redisStore } from 'secure-token-server/sessions';

const [socket] = process.argv.slice(2);
const sessions =
  socket &&
  createSessions({
    store: redisStore(new Redis({ path: socket })),
    viewer: (request) => request.headers.get('X-Viewer') ?? '',
    limit: 3,
  });
const endpoint = createSigningEndpoint({
  format: azion({ secret: 'mysecret-of-a-sensible-length' }),
  allow: 'https://cdn.example.com/vod/',
  ttl: 300,
  authorize: () => true,
  ...(sessions && { sessions }),
});
const server = createServer(toNodeHandler(endpoint));
// connections of the callers outlast the time in which the other endpoints are asked
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
process.once('disconnect', () => process.exit());
