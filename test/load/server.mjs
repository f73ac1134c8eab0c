// server.mjs FRAMEWORK ORIGIN: edge and signing endpoint, served as the README of the package says
import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import express from 'express';
import {
  createEdgeHandler,
  createSigningEndpoint,
  limitConnections,
  secureToken,
  toNodeHandler,
} from 'secure-token-server';

// `npm run test:all` installs it
const Fastify = createRequire(new URL('../extra/', import.meta.url))('fastify');

const [framework = '', origin = ''] = process.argv.slice(2);

/** @type {unknown[]} */
const errors = [];
/** @type {(error: unknown) => void} */
const onError = (error) => {
  errors.push(error);
};

const format = secureToken({ secret: 'mysecret' });
const allow = `${origin}/vod/`;
const token = toNodeHandler(
  createSigningEndpoint({ format, allow, ttl: 300, authorize: () => true, expand: true, onError }),
);
const edge = toNodeHandler(createEdgeHandler({ format, origin, protect: '/vod/', onError }));

/** @type {Record<string, () => Promise<import('node:http').Server>>} */
const frameworks = {
  'node:http': async () => listening(createServer((req, res) => (req.url === '/token' ? token : edge)(req, res))),
  Express: async () => {
    const app = express();
    app.all('/token', token);
    app.use(edge);
    return listening(createServer(app));
  },
  Fastify: async () => {
    const app = Fastify({ requestTimeout: 60_000 });
    app.all('/token', token);
    app.all('/*', edge);
    await app.listen({ port: 0, host: '127.0.0.1' });
    return app.server;
  },
};

/** @type {(server: import('node:http').Server) => Promise<import('node:http').Server>} */
const listening = (server) => new Promise((resolve) => void server.listen(0, '127.0.0.1', () => resolve(server)));

const server = await frameworks[framework]?.();
if (!server) throw new Error(`There is no framework ${framework}.`);
limitConnections(server, 450); // two descriptors each, of 1,024

const collectGarbage = async () => {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
process.on('message', async () => {
  await collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  const limits = readFileSync('/proc/self/limits', 'utf8');
  process.send?.({
    limit: Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]),
    descriptors: readdirSync('/proc/self/fd').length,
    memory: heapUsed + external,
    errors: errors.map(String),
  });
});
process.once('disconnect', () => process.exit());
process.send?.({ port: /** @type {import('node:net').AddressInfo} */ (server.address()).port });
