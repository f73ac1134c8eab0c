import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** First port: below those that systems choose by themselves, and above those that Chromium does not go to. */
const FIRST = 11_008;
const END = 32_000;

/** Workers that have ports of their own: those that start a program at the same time must not choose the same port. */
const WORKERS = 16;
const REMEMBERED = 100;
const worker = Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS;
/** The last ones of this worker: their programs may not listen yet. */
const given: number[] = [];

/**
 * A port for a program that has to be told one, and listens a moment later. One that the system had chosen could go to
 * the next connection of another test in between.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST / WORKERS, END / WORKERS) * WORKERS + worker;
    if (given.includes(port)) continue;
    given.push(port);
    if (given.length > REMEMBERED) given.shift();
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
