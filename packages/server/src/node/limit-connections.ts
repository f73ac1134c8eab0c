import { optionsError } from '../errors/options-error.ts';
import { ConnectionQueue } from './connection-queue.ts';
import type { NodeRequest, NodeResponse, NodeSocket } from './node-message.ts';

/** A server of `node:http`, `node:https` or `node:http2`, such as `app.server` of Fastify: what is needed of it. */
export interface NodeServer {
  on(event: 'connection', listener: (socket: NodeSocket) => void): unknown;
  on(event: 'request', listener: (message: NodeRequest, response: NodeResponse) => void): unknown;
}

/**
 * Keeps at most `limit` connections open, of a server that faces clients directly. One more takes the place of the
 * client that keeps the server waiting: that has sent no request for longest, or half of one, or does not take its
 * answer; among those, of the address (in IPv6, the network of 64 bits) that has most connections.
 *
 * `maxConnections` of Node refuses whoever comes when the server is full, so that some idle connections keep out all
 * viewers.
 *
 * @throws `ERR_OPTIONS` for a limit that is no whole number, at least 1
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
