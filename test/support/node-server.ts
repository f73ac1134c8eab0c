import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface NodeServer {
  readonly origin: string;
  readonly server: Server;
  stop(): Promise<void>;
}

/** A listener on a port of its own. */
export async function startNodeServer(listener: RequestListener): Promise<NodeServer> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    server,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A promise, and how to keep it. */
export function gate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let open: (() => void) | undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, resolve: () => open?.() };
}
