// One instance of the signing endpoint. Several run side by side behind a balancer, and share a Redis.
import { createServer } from 'node:http';
import { toNodeHandler } from 'secure-token-server';
import { writeLog } from './log.mjs';
import { createRedis } from './redis.mjs';
import { readSettings } from './settings.mjs';
import { createTokenService } from './token-service.mjs';

try {
  await start();
} catch (error) {
  writeLog('error', { event: 'start', message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}

async function start() {
  const settings = readSettings(process.env);
  const redis = createRedis(settings.redisUrl);
  const answer = createTokenService(settings, redis);
  const server = createServer(toNodeHandler(answer, { onError: (error) => writeLog('error', describe(error)) }));
  // Limits of Node for clients that stall, in milliseconds. The balancer in front keeps most of these away.
  Object.assign(server, { headersTimeout: 10_000, requestTimeout: 30_000, timeout: 60_000, maxConnections: 10_000 });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(settings.port, () => resolve(undefined));
  });
  // Without Redis, too: its log says so, and it goes on trying.
  redis.connect().catch(() => undefined);
  writeLog('info', { event: 'start', port: settings.port });

  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT']))
    process.once(signal, () => {
      writeLog('info', { event: 'stop', signal });
      void stop(server, settings.stopSeconds).then(() => redis.disconnect());
    });
}

/**
 * Accepts no more connections, and resolves when the calls under way have their answers. The process ends by itself
 * then, with 0.
 * @type {(server: import('node:http').Server, seconds: number) => Promise<void>}
 */
async function stop(server, seconds) {
  const closed = new Promise((resolve) => {
    server.close(resolve);
  });
  // The balancer keeps connections open for the next call. Each of them ends as soon as no call is under way on it.
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  const late = setTimeout(() => {
    writeLog('error', { event: 'stop', message: `Calls were cut off that took longer than ${seconds} s.` });
    server.closeAllConnections();
  }, seconds * 1000);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

/** @type {(error: unknown) => object} */
const describe = (error) => ({ event: 'error', message: String(error) });
