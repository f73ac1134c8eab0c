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
