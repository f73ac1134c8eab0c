import type { NodeRequest } from './node-message.ts';

/**
 * The number of requests of one HTTP/1.1 connection that may wait for their responses. Each takes some kilobytes, and
 * Node reads as many as a client sends. Browsers and most proxies send one at a time.
 */
const maxWaiting = 32;
/**
 * The number of streams of one HTTP/2 connection that may be open at a time: the minimum that RFC 9113 recommends
 * (section 6.5.2). Node has no limit.
 */
const maxStreams = 100;
/** The code REFUSED_STREAM of RFC 9113 section 7: the server did nothing, and the client may retry. */
const refusedStream = 7;

interface Connection {
  last: Promise<void>;
  open: number;
}

const connections = new WeakMap<object, Connection>();

/**
 * Runs an exchange, and limits the exchanges of each connection. In HTTP/1.1 they run one after the other: a client may
 * send requests before their responses have arrived (RFC 9112 section 9.3.2), and Node passes all of them on at once.
 * Each would hold a connection to the origin, although the responses are sent one after the other. If too many requests
 * wait, the connection is closed. In HTTP/2, streams beyond the limit are refused.
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
