import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** First port: below those that systems choose by themselves, and above those that Chromium does not go to. */
const FIRST = 11_000;
const END = 32_000;

/**
 * A port for a program that has to be told one, and listens a moment later. One that the system had chosen could go to
 * the next connection of another test in between.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, END);
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
