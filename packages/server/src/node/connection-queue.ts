import { AgingMap } from '../memory/aging-map.ts';
import type { NodeRequest, NodeResponse, NodeSocket } from './node-message.ts';

/** The number of connections that are compared before one is ended: the work must not grow with the number of all. */
const compared = 64;

interface Exchange {
  readonly message: NodeRequest;
  readonly response: NodeResponse;
}

interface Connection {
  readonly key: string;
  readonly network: string;
  readonly socket: NodeSocket;
  readonly exchanges: Set<Exchange>;
}

/**
 * The open connections, ordered by when they last moved: by a request, or because the client took a part of a response.
 */
export class ConnectionQueue {
  readonly #connections = new AgingMap<string, Connection>();
  readonly #perNetwork = new Map<string, number>();

  get size(): number {
    return this.#connections.size;
  }

  /** Adds a connection. Ignores a socket without an address: it belongs to a local proxy, or has already closed. */
  add(socket: NodeSocket): void {
    const key = keyOf(socket);
    if (key === undefined) return;
    const before = this.#connections.get(key);
    // The client has dropped this connection and connected from the same port before Node reported the end.
    if (before) this.#remove(before);
    const connection = { key, network: networkOf(socket), socket, exchanges: new Set<Exchange>() };
    this.#connections.set(key, connection);
    this.#perNetwork.set(connection.network, this.#sharing(connection) + 1);
    socket.once('close', () => this.#remove(connection));
  }

  addExchange(exchange: Exchange): void {
    const { message, response } = exchange;
    // Found by address: TLS and HTTP/2 pass another object than the socket that was added.
    const connection = this.#connections.get(keyOf(message.socket) ?? '');
    if (!connection) return;
    connection.exchanges.add(exchange);
    this.#move(connection);
    response.on('drain', () => this.#move(connection));
    response.once('close', () => {
      connection.exchanges.delete(exchange);
      this.#move(connection);
    });
  }

  /**
   * Ends one of the connections that have not moved for longest. Among those whose client keeps the server waiting,
   * ends one of the network with the most connections, and of these the one that has not moved for longest. If the
   * server waits for none of the clients, ends the connection that the server has worked for longest.
   */
  endOne(): void {
    let [last, most, seen]: [Connection | undefined, number, number] = [undefined, 0, 0];
    for (const [, connection] of this.#connections) {
      const sharing = isWaitedFor(connection) ? this.#sharing(connection) : 0;
      if (!last || sharing > most) [last, most] = [connection, sharing];
      if (++seen === compared) break;
    }
    if (!last) return;
    this.#remove(last);
    last.socket.destroy();
  }

  #sharing({ network }: Connection): number {
    return this.#perNetwork.get(network) ?? 0;
  }

  #isOpen(connection: Connection): boolean {
    return this.#connections.get(connection.key) === connection;
  }

  #move(connection: Connection): void {
    if (!this.#isOpen(connection)) return;
    this.#connections.set(connection.key, connection);
  }

  #remove(connection: Connection): void {
    if (!this.#isOpen(connection)) return;
    this.#connections.delete(connection.key);
    const left = this.#sharing(connection) - 1;
    if (left > 0) this.#perNetwork.set(connection.network, left);
    else this.#perNetwork.delete(connection.network);
  }
}

/** Whether the next step is the client's: to send a request or the rest of one, or to take what was written. */
function isWaitedFor({ exchanges }: Connection): boolean {
  if (exchanges.size === 0) return true;
  return [...exchanges].some(({ message, response }) => response.writableLength > 0 || !hasWhole(message));
}

/** Whether the whole request has arrived. In HTTP/2, `complete` is true only after some code has read the end. */
function hasWhole({ complete, method }: NodeRequest): boolean {
  return complete || method === 'GET' || method === 'HEAD';
}

function keyOf({ remoteAddress, remotePort, localAddress }: NodeSocket): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort} ${localAddress}`;
}

/**
 * Returns the network of a client: an IPv4 address, or the first 64 bits of an IPv6 address, which one household has.
 */
function networkOf({ remoteAddress = '' }: NodeSocket): string {
  const isV6 = remoteAddress.includes(':') && !remoteAddress.includes('.');
  if (!isV6) return remoteAddress;
  const [front = [], back = []] = remoteAddress.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array<string>(8 - front.length - back.length).fill('0');
  return [...front, ...zeros, ...back].slice(0, 4).join(':');
}
