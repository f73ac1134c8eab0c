import { optionsError } from '../errors/options-error.ts';
import { ConnectionQueue } from './connection-queue.ts';
import type { NodeRequest, NodeResponse, NodeSocket } from './node-message.ts';

/**
 * The members that are needed of a server of `node:http`, `node:https` or `node:http2`, such as `app.server` of
 * Fastify.
 */
export interface NodeServer {
  on(event: 'connection', listener: (socket: NodeSocket) => void): unknown;
  on(event: 'request', listener: (message: NodeRequest, response: NodeResponse) => void): unknown;
}

/**
 * Keeps at most `limit` connections open on a server that clients reach directly. A further connection replaces one
 * whose client keeps the server waiting: it has sent no request for longest, or only a part of one, or does not take
 * its response. Among these, the function closes a connection of the address (in IPv6, of the network of 64 bits) with
 * the most connections.
 *
 * `maxConnections` of Node refuses new connections when the server is full, so that some idle connections keep out all
 * viewers.
 *
 * @throws `ERR_OPTIONS` for a limit that is not a whole number of at least 1
 */
export function limitConnections(server: NodeServer, limit: number): void {
  if (!(Number.isSafeInteger(limit) && limit >= 1))
    throw optionsError('limit', 'Give a whole number of connections, at least 1.', limit);
  const queue = new ConnectionQueue();
  server.on('connection', (socket) => {
    if (queue.size >= limit) queue.endOne();
    queue.add(socket);
  });
  server.on('request', (message, response) => queue.addExchange({ message, response }));
}
