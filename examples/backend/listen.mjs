import { createAdaptorServer } from '@hono/node-server';

/**
 * Serves `handler`, on a free port if the wanted one is taken.
 * @param {(request: Request) => Response | Promise<Response>} handler
 * @param {{ host: string, port: number }} address
 * @returns {Promise<{ port: number, close: () => Promise<void> }>}
 */
export async function listen(handler, { host, port }) {
  const server = /** @type {import('node:http').Server} */ (
    createAdaptorServer({ fetch: handler, overrideGlobalObjects: false })
  );
  // Limits of Node for clients that stall, in milliseconds. On the internet, put a proxy in front of them.
  Object.assign(server, { headersTimeout: 10_000, requestTimeout: 30_000, timeout: 120_000, maxConnections: 1000 });
  const actual = await bind(server, host, port).catch((error) => {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') throw error;
    return bind(server, host, 0);
  });
  return {
    port: actual,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        // Players keep connections open, and blocking reloads are answers that have not come yet.
        server.closeAllConnections();
      }),
  };
}

/** @type {(server: import('node:http').Server, host: string, port: number) => Promise<number>} */
const bind = (server, host, port) =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
