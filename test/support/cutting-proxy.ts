import type { Socket } from 'node:net';
import { connect, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';

export interface CuttingProxy {
  readonly origin: string;
  /** How often a connection was cut. */
  cuts(): number;
  stop(): Promise<void>;
}

/** Passes connections on to `origin`, and cuts them when the next of `offsets` (bytes since the last cut) has come by. */
export async function startCuttingProxy(origin: string, offsets: readonly number[]): Promise<CuttingProxy> {
  const { hostname, port } = new URL(origin);
  const open = new Set<Socket>();
  const rest = [...offsets];
  let passed = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
      open.delete(client);
    };
    open.add(client);
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      passed += chunk.length;
      if (rest.length && passed > rest[0]!) {
        passed = 0;
        rest.shift();
        end();
      } else if (!client.write(chunk)) {
        upstream.pause();
        client.once('drain', () => upstream.resume());
      }
    });
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => offsets.length - rest.length,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        open.forEach((socket) => socket.destroy());
      }),
  };
}
