export interface NodeHandlerOptions {
  /**
   * Whether `X-Forwarded-Proto` and `X-Forwarded-Host` determine the URL of the request. Set this only behind your own
   * proxy that sets both headers and that no client can bypass: any client can send them. The signing endpoint does not
   * look at its URL; the edge takes the host from it, and your hooks may.
   * @default false
   */
  trustProxy?: boolean;
  /**
   * Called with the error if the handler or the body of its response fails.
   * @default console.error
   */
  onError?: (error: unknown) => void;
}

/** A listener for the arguments of Node and Express, or of Fastify. Never calls `next`: it answers every request. */
export type NodeHandler = (
  req: NodeRequest | FastifyRequestLike,
  res: NodeResponse | FastifyReplyLike,
  next?: (error?: unknown) => void,
) => void;

/**
 * What `toNodeHandler` needs of `IncomingMessage`, of HTTP/1.1 and of HTTP/2. It is written out, so that the types of
 * this package need neither Node's types nor those of a framework.
 */
export interface NodeRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Express: `url` before a router removed its own path from the front. */
  readonly originalUrl?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The connection, which several requests share. */
  readonly socket: {
    readonly destroyed?: boolean;
    once(event: 'close', listener: () => void): unknown;
    off(event: 'close', listener: () => void): unknown;
  };
  /** The stream of HTTP/2. */
  readonly stream?: { close(code: number): unknown };
  /** Whether the client had left before the listener was called: then no event reports it any more. */
  readonly aborted?: boolean;
  /** The body after a parser of the framework has read it. */
  readonly body?: unknown;
  /** Whether any code has read from the stream. */
  readonly readableDidRead: boolean;
  iterator(options: { destroyOnReturn: boolean }): AsyncIterableIterator<unknown>;
  resume(): unknown;
}

/** What `toNodeHandler` needs of `ServerResponse`. */
export interface NodeResponse {
  statusCode: number;
  readonly headersSent: boolean;
  readonly writableEnded: boolean;
  /** Whether the whole response has left this process. */
  readonly writableFinished: boolean;
  getHeader(name: string): number | string | readonly string[] | undefined;
  setHeader(name: string, value: string | string[]): unknown;
  removeHeader(name: string): void;
  /** The types of HTTP/2 do not have this method. */
  flushHeaders?(): void;
  write(chunk: Uint8Array): boolean;
  end(): unknown;
  destroy(): unknown;
  /** Makes Node throw for a body that is not as long as its `Content-Length`. HTTP/2 needs no such check. */
  strictContentLength?: boolean;
  on(event: 'close' | 'drain' | 'finish', listener: () => void): unknown;
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
