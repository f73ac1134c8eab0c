import type * as crypto from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { freePort } from '../../support/free-port.ts';

const drawn = vi.hoisted((): number[] => []);
vi.mock('node:crypto', async (original) => {
  const actual = await original<typeof crypto>();
  return { ...actual, randomInt: (from: number, to: number) => drawn.shift() ?? actual.randomInt(from, to) };
});

test('a free port is none that the system gives to others', async () => {
  for (let times = 0; times < 50; times++) {
    const port = await freePort();
    expect(port).toBeGreaterThan(10_080);
    expect(port).toBeLessThan(32_768);
  }
});

test('a port that is taken is passed over', async () => {
  const taken = createServer().listen(await freePort(), '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  drawn.push(port, port);
  expect(await freePort()).not.toBe(port);
  expect(drawn).toEqual([]);
  taken.close();
});
