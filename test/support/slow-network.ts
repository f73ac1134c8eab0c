import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';

/** A network between the page and the edge; everything may be changed while the network runs. */
export interface SlowNetwork {
  readonly origin: string;
  /** Bytes a second of one connection; 0 is unlimited. */
  rate: number;
  /** Whether nothing comes by, while nothing is closed. */
  isFrozen: boolean;
  /** A connection is cut when so many bytes have come by since the last cut; in this order. */
  cutAfter: number[];
  /** Bytes that have come by since the last cut. */
  passed: number;
  stop(): Promise<void>;
}

/** Bytes that go on at a time, at most: without the limit a slow network would come in bursts. */
const SLICE = 8192;

/** Passes TCP connections on to `target`, an origin. */
export async function startSlowNetwork(target: string): Promise<SlowNetwork> {
  const { hostname, port } = new URL(target);
  const open = new Set<Socket>();

  async function* held(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      while (network.isFrozen) await delay(20);
      yield chunk;
    }
  }
  async function* slowed(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let due = 0;
    for await (const chunk of held(chunks)) {
      for (let at = 0; at < chunk.length;) {
        const slice = chunk.subarray(at, network.rate ? at + SLICE : undefined);
        at += slice.length;
        if (network.rate) {
          due = Math.max(due, performance.now()) + (slice.length / network.rate) * 1000;
          await delay(due - performance.now());
        }
        while (network.isFrozen) await delay(20);
        network.passed += slice.length;
        if (network.passed > (network.cutAfter[0] ?? Infinity)) {
          network.passed = 0;
          network.cutAfter.shift();
          throw new Error('cut');
        }
        yield slice;
      }
    }
  }

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('close', () => open.delete(socket)).on('error', () => undefined);
    }
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    pipeline(client, held, upstream).catch(end);
    pipeline(upstream, slowed, client).catch(end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const network: SlowNetwork = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rate: 0,
    isFrozen: false,
    cutAfter: [],
    passed: 0,
    stop: () =>
      new Promise((resolve) => {
        network.isFrozen = false;
        server.close(() => resolve());
        open.forEach((socket) => socket.destroy());
      }),
  };
  return network;
}
