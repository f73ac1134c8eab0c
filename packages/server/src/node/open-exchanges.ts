import type { NodeRequest } from './node-message.ts';

/**
 * Requests of one connection of HTTP/1.1 that may wait for their answers. Each costs some kilobytes, and Node reads as
 * many as a client sends. Browsers and most proxies send one at a time.
 */
const maxWaiting = 32;
/**
 * Streams of one connection of HTTP/2 at a time: what RFC 9113 recommends at least (section 6.5.2). Node has no limit.
 */
const maxStreams = 100;
/** The code REFUSED_STREAM of RFC 9113 section 7: nothing was done, and the client may ask again. */
const refusedStream = 7;

interface Connection {
  last: Promise<void>;
  open: number;
}

const connections = new WeakMap<object, Connection>();

/**
 * Runs an exchange, of which a connection has so many at a time. In HTTP/1.1 it is one: a client may send requests
 * before their answers are there (RFC 9112 section 9.3.2), Node hands all of them over at once, and each would hold a
 * connection to the origin, while the answers go out one after the other anyway. A client that has too many of them
 * waiting is cut off; in HTTP/2, streams beyond the limit are refused.
 */
export function runExchange({ socket, stream }: NodeRequest, exchange: () => Promise<void>): void {
  const key = stream?.session ?? socket;
  const connection = connections.get(key) ?? { last: Promise.resolve(), open: 0 };
  connections.set(key, connection);
  if (connection.open >= (stream ? maxStreams : maxWaiting)) {
    if (stream) stream.close(refusedStream);
    else socket.destroy();
    return;
  }
  connection.open++;
  const run = stream ? exchange() : connection.last.then(exchange);
  connection.last = run.finally(() => connection.open--);
}
