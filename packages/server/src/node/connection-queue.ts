import { AgingMap } from '../memory/aging-map.ts';
import type { NodeRequest, NodeResponse, NodeSocket } from './node-message.ts';

/** Connections that are compared before one has to go: the work must not grow with the number of all. */
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

/** Open connections, in the order in which they have last moved: with a request, or by taking of an answer. */
export class ConnectionQueue {
  readonly #connections = new AgingMap<string, Connection>();
  readonly #perNetwork = new Map<string, number>();

  get size(): number {
    return this.#connections.size;
  }

  /** A socket without an address is not counted: it is that of a local proxy, or has closed already. */
  add(socket: NodeSocket): void {
    const key = keyOf(socket);
    if (key === undefined) return;
    const before = this.#connections.get(key);
    // Its client has cut it off and come back from the same port before Node has told of the end.
    if (before) this.#remove(before);
    const connection = { key, network: networkOf(socket), socket, exchanges: new Set<Exchange>() };
    this.#connections.set(key, connection);
    this.#perNetwork.set(connection.network, this.#sharing(connection) + 1);
    socket.once('close', () => this.#remove(connection));
  }

  addExchange(exchange: Exchange): void {
    const { message, response } = exchange;
    // By address: TLS and HTTP/2 hand over another object than the one that was added.
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
   * Ends the connection whose client has kept the server waiting for longest, or, of those that have not moved for
   * longest, one whose client has the most. If the server waits for none of them, the one ends for which it has worked
   * longest.
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

/** Whether the next step is the client's: a request, the rest of one, or to take what was written. */
function isWaitedFor({ exchanges }: Connection): boolean {
  if (exchanges.size === 0) return true;
  return [...exchanges].some(({ message, response }) => response.writableLength > 0 || !hasWhole(message));
}

/** HTTP/2 calls a request complete only when somebody has read its end. */
function hasWhole({ complete, method }: NodeRequest): boolean {
  return complete || method === 'GET' || method === 'HEAD';
}

function keyOf({ remoteAddress, remotePort, localAddress }: NodeSocket): string | undefined {
  return remoteAddress === undefined ? undefined : `${remoteAddress} ${remotePort} ${localAddress}`;
}

/** An address of IPv4; of IPv6 the first 64 bits, which a household has to itself. */
function networkOf({ remoteAddress = '' }: NodeSocket): string {
  const isV6 = remoteAddress.includes(':') && !remoteAddress.includes('.');
  if (!isV6) return remoteAddress;
  const [front = [], back = []] = remoteAddress.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array<string>(8 - front.length - back.length).fill('0');
  return [...front, ...zeros, ...back].slice(0, 4).join(':');
}
