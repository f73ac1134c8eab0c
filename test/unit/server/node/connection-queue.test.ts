import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { ConnectionQueue } from '../../../../packages/server/src/node/connection-queue.ts';
import type { NodeSocket } from '../../../../packages/server/src/node/node-message.ts';

class FakeSocket extends EventEmitter {
  readonly localAddress = '10.0.0.1';
  destroyed = false;
  constructor(
    readonly remoteAddress: string,
    readonly remotePort: number,
  ) {
    super();
  }
  destroy(): void {
    this.destroyed = true;
  }
}
const socketOf = (address: string, port: number): FakeSocket & NodeSocket => new FakeSocket(address, port);

test('a client that cuts a connection off and comes back from the same port counts once', () => {
  const queue = new ConnectionQueue();
  const returned = Array.from({ length: 5 }, () => socketOf('192.0.2.1', 5000));
  // each comes before the end of the one before it was told
  for (const socket of returned) queue.add(socket);
  for (const socket of returned.slice(0, -1)) socket.emit('close');
  expect(queue.size).toBe(1);
  const others = [1, 2].map((port) => socketOf('192.0.2.2', port));
  for (const socket of others) queue.add(socket);
  queue.endOne();
  expect(returned.at(-1)!.destroyed, 'of the network with one connection').toBe(false);
  expect(others.filter(({ destroyed }) => destroyed)).toHaveLength(1);
});

test('no more than 64 connections are compared: whoever has the most is spared behind these', () => {
  const queue = new ConnectionQueue();
  const alone = Array.from({ length: 64 }, (_, i) => socketOf(`192.0.2.${i}`, 5000));
  const sharing = [1, 2, 3].map((port) => socketOf('198.51.100.1', port));
  for (const socket of [...alone, ...sharing]) queue.add(socket);
  queue.endOne();
  expect([alone, sharing].map((sockets) => sockets.findIndex(({ destroyed }) => destroyed))).toEqual([0, -1]);
  // the first of them is the 64th now
  queue.endOne();
  expect([alone[1], ...sharing].map((socket) => socket!.destroyed)).toEqual([false, true, false, false]);
});

test.each([
  ['2001:db8:0:1::1', '2001:db8:0:1:a:b:c:d', true],
  ['2001:db8::1', '2001:db8:0:0:ffff::2', true],
  ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
  ['192.0.2.1', '192.0.2.2', false],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.2', false],
])('whether connections from %s and %s are those of one network: %s', (one, other, areOne) => {
  const queue = new ConnectionQueue();
  const [oldest, ...two] = [socketOf('203.0.113.1', 1), socketOf(one, 2), socketOf(other, 3)];
  for (const socket of [oldest, ...two]) queue.add(socket);
  queue.endOne();
  expect([oldest.destroyed, two[0].destroyed]).toEqual([!areOne, areOne]);
});
