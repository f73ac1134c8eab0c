/**
 * What `toNodeHandler` needs of `IncomingMessage` and `ServerResponse`, of HTTP/1.1 and of HTTP/2. Spelled out here, so
 * that the types of this package need neither Node's types nor those of a framework.
 */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Express: `url` before a router took its own path off the front. */
  readonly originalUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly socket: object;
  /** The client had left before the listener was called: no event says so any more. */
  readonly aborted?: boolean;
  /** What a parser of the framework has made of the body. */
  readonly body?: unknown;
  /** Whether anybody has read of the stream. */
  readonly readableDidRead: boolean;
  iterator(options: { destroyOnReturn: boolean }): AsyncIterableIterator<unknown>;
  resume(): unknown;
}

export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  getHeader(name: string): number | string | readonly string[] | undefined;
  setHeader(name: string, value: string | string[]): unknown;
  removeHeader(name: string): void;
  /** Not in the types of HTTP/2. */
  flushHeaders?(): void;
  write(chunk: Uint8Array): boolean;
  end(): unknown;
  destroy(): unknown;
  once(event: 'close' | 'drain', listener: () => void): unknown;
  off(event: 'close' | 'drain', listener: () => void): unknown;
}

/** Fastify wraps both, and keeps the parsed body beside them. */
export interface FastifyRequestLike {
  readonly raw: NodeRequest;
  readonly body?: unknown;
}

export interface FastifyReplyLike {
  readonly raw: NodeResponse;
  /** From here on Fastify leaves the response alone. */
  hijack(): unknown;
}
