/**
 * The members of `IncomingMessage` and `ServerResponse`, of HTTP/1.1 and of HTTP/2, that `toNodeHandler` and
 * `limitConnections` need. They are written out here, so that the types of this package need neither Node's types nor
 * those of a framework.
 */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Express: `url` before a router removed its own path from the front. */
  readonly originalUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket: NodeSocket;
  /** The stream of HTTP/2. */
  readonly stream?: NodeStream;
  /** Whether the client had left before the listener was called: then no event reports it any more. */
  readonly aborted?: boolean;
  /** Whether the whole request has arrived. */
  readonly complete: boolean;
  /** The body after a parser of the framework has read it. */
  readonly body?: unknown;
  /** Whether any code has read from the stream. */
  readonly readableDidRead: boolean;
  iterator(options: { destroyOnReturn: boolean }): AsyncIterableIterator<unknown>;
  resume(): unknown;
}

export interface NodeStream {
  readonly session?: NodeSession | undefined;
  /** Whether either side has closed the stream. */
  readonly closed: boolean;
  close(code: number): unknown;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
}

/** The connection that streams of HTTP/2 share. */
interface NodeSession {
  readonly destroyed: boolean;
  /** An object that stands for the socket, and that cannot be destroyed. Its methods return the socket itself. */
  readonly socket: {
    /** The number of bytes that the socket has been given. It is given no more before it has taken what it has. */
    readonly bytesWritten?: number;
    off(event: 'close', listener: () => void): { destroy(): unknown };
  };
}

/**
 * The connection of an HTTP/1.1 request, which other requests may share; in HTTP/2, an object that stands for one
 * stream.
 */
export interface NodeSocket {
  readonly destroyed?: boolean;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
  readonly localAddress?: string | undefined;
  destroy(): unknown;
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
}

export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  /** Whether the whole response has left this process. */
  readonly writableFinished: boolean;
  /** The number of bytes that have been written, and that the client has not taken. */
  readonly writableLength: number;
  getHeader(name: string): number | string | readonly string[] | undefined;
  setHeader(name: string, value: string | string[]): unknown;
  removeHeader(name: string): void;
  /** Sends the headers. The types of HTTP/2 do not have this method. */
  flushHeaders?(): void;
  write(chunk: Uint8Array): boolean;
  end(): unknown;
  destroy(): unknown;
  on(event: 'drain', listener: () => void): unknown;
  once(event: 'close' | 'drain' | 'finish', listener: () => void): unknown;
  off(event: 'close' | 'drain' | 'finish', listener: () => void): unknown;
}

/** A request of Fastify, which wraps that of Node and keeps the parsed body. */
export interface FastifyRequestLike {
  readonly raw: NodeRequest;
  readonly body?: unknown;
}

export interface FastifyReplyLike {
  readonly raw: NodeResponse;
  /** Makes Fastify leave the response alone from now on. */
  hijack(): unknown;
}
