import { errorLog } from '../errors/hooks.ts';
import { optionsError } from '../errors/options-error.ts';
import { flag, readOptions } from '../errors/options.ts';
import { passedOn } from '../http/passed-on.ts';
import { Problem, problemResponse } from '../http/problem.ts';
import { letGo } from '../http/read-limited.ts';
import { parsedUrl } from '../url/judged-url.ts';

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
  readonly socket: { readonly destroyed?: boolean };
  /** The stream of HTTP/2. */
  readonly stream?: object;
  /** Whether the client left while the request was sent. */
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
  removeHeader(name: string): unknown;
  /** The types of HTTP/2 do not have this method. */
  flushHeaders?(): void;
  write(chunk: Uint8Array): boolean;
  end(): unknown;
  destroy(error?: Error): unknown;
  /** Makes Node throw for a body that is not as long as its `Content-Length`. HTTP/2 needs no such check. */
  strictContentLength?: boolean;
  once(event: 'close' | 'drain', listener: () => void): unknown;
}

/** A request of Fastify, which wraps that of Node and keeps the parsed body. */
export type FastifyRequestLike = Pick<NodeRequest, 'body'> & { readonly raw: NodeRequest };

export interface FastifyReplyLike {
  readonly raw: NodeResponse;
  /** Makes Fastify leave the response alone from now on. */
  hijack(): unknown;
}

/**
 * Turns a handler of this package, or any other `(request: Request) => Response`, into a listener of `node:http`,
 * `node:https` and `node:http2`, a route of Express, or a route of Fastify. A body that `express.json()` or Fastify has
 * parsed arrives as JSON. A viewer who leaves aborts the `signal` of the request. If the handler throws, the response is
 * a 500 without detail. If the body of a response breaks off, so does the connection. Requests that a client sends over
 * one HTTP/1.1 connection before their responses have arrived run one after the other.
 *
 * How long a server waits for its clients, and for how many, is up to Node: set `requestTimeout`, `headersTimeout`,
 * `timeout` and `maxConnections` of the server, and put a proxy in front of a server that faces the internet.
 *
 * @throws `ERR_OPTIONS` at once if `handler` is not a function
 */
export function toNodeHandler(
  handler: (request: Request) => Response | Promise<Response>,
  options: NodeHandlerOptions = {},
): NodeHandler {
  if (typeof (handler as unknown) !== 'function')
    throw optionsError('handler', 'Give a function such as the one that createSigningEndpoint returns.', handler);
  const { trustProxy, onError } = readOptions(options, { trustProxy: flag(), onError: errorLog });
  /** The last exchange of each connection of HTTP/1.1. Node passes on all that a client sends, at once. */
  const last = new WeakMap<object, Promise<void>>();

  const exchange = async (message: NodeRequest, response: NodeResponse, parsed: unknown): Promise<void> => {
    if (message.aborted || message.socket.destroyed) return;
    const leaving = new AbortController();
    const { signal } = leaving;
    // Kept until the response is closed: in Node, only the request holds what aborts its signal, and a handler may keep
    // nothing but the signal.
    let request: Request | undefined;
    const closed = new Promise<void>((resolve) => response.once('close', resolve)).then(() => {
      request = undefined;
      // When the client leaves, Node itself ends a response of HTTP/2, and reports it as finished.
      if (!(response.writableEnded && response.writableFinished)) leaving.abort();
    });
    const client = { response, isHead: message.method === 'HEAD', signal, closed };
    const hasBody = message.method !== 'GET' && !client.isHead;
    // Destroying a request would close the connection before the response is sent.
    const chunks = hasBody && !message.readableDidRead ? message.iterator({ destroyOnReturn: false }) : undefined;
    try {
      // Node takes what can be iterated as a body, and reads it as the handler does.
      const body = (chunks ?? (hasBody ? writtenBody(message, parsed) : undefined)) as BodyInit | undefined;
      const init = { signal, ...(body !== undefined && { body, duplex: 'half' }) };
      request = requestOf(message, init, trustProxy);
      await send(passedOn(await handler(request)), client);
    } catch (error) {
      if (!(error instanceof Problem || signal.aborted)) onError(error);
      const problem = error instanceof Problem ? error : new Problem(500, 'The server failed. Its log says why.');
      // With an error, so that HTTP/2 does not report that nothing was wrong (RFC 9113 section 7).
      if (response.headersSent) response.destroy(new Error('The body of the response broke off.'));
      else await send(problemResponse(problem), client);
    }
    // A client sees its response only after it has sent everything.
    const rest = (): unknown => message.resume();
    if (chunks) void Promise.resolve(chunks.return?.()).then(rest, rest);
    await closed;
  };

  return (req, res) => {
    const message = 'raw' in req ? req.raw : req;
    const response = 'raw' in res ? res.raw : res;
    if ('raw' in res) res.hijack();
    const connection = message.stream ?? message.socket;
    const end = (last.get(connection) ?? Promise.resolve())
      .then(() => exchange(message, response, req.body))
      // Even the problem could not be sent.
      .catch(() => {
        response.destroy();
      });
    last.set(connection, end);
  };
}

interface Client {
  readonly response: NodeResponse;
  readonly isHead: boolean;
  /** Aborts when the client leaves before it has its whole response. */
  readonly signal: AbortSignal;
  readonly closed: Promise<void>;
}

/**
 * Sends a response as fast as the client reads it.
 *
 * @throws the error of Node about a header, after which another response can be sent; the error of the body, or of Node
 *   about its length: a client would read what is beyond the `Content-Length` as the next response
 */
async function send(answer: Response, { response, isHead, signal, closed }: Client): Promise<void> {
  if (isHead || signal.aborted) letGo(answer.body);
  if (signal.aborted) return;
  response.statusCode = answer.status;
  response.strictContentLength = true;
  try {
    setHeaders(response, answer.headers);
  } catch (error) {
    letGo(answer.body);
    for (const name of answer.headers.keys()) response.removeHeader(name);
    throw error;
  }
  if (isHead || !answer.body) return void response.end();
  // Players measure from here, and the first byte of the body may take some time.
  response.flushHeaders?.();
  const isDrained = (): Promise<void> => new Promise((resolve) => response.once('drain', resolve));
  const write = (chunk: Uint8Array) => (response.write(chunk) ? undefined : Promise.race([isDrained(), closed]));
  await answer.body.pipeTo(
    new WritableStream({
      write,
      close: () => {
        response.end();
      },
    }),
    { signal },
  );
}

/**
 * Headers that a framework has set are kept, unless the response has its own; of cookies and `Vary`, both are kept.
 *
 * @throws the error of Node about a header, such as one with a control character
 */
function setHeaders(response: NodeResponse, headers: Headers): void {
  const textsOf = (name: string): string[] => [response.getHeader(name) ?? []].flat().map(String);
  const cookies = [...textsOf('set-cookie'), ...headers.getSetCookie()];
  const vary = [...textsOf('vary'), ...(headers.get('Vary') ?? '').split(', ')].filter(Boolean).join(', ');
  for (const [name, value] of headers) response.setHeader(name, value);
  if (cookies.length > 0) response.setHeader('set-cookie', cookies);
  if (vary !== '') response.setHeader('vary', vary);
}

/** @throws `Problem` 400 for a request that the Fetch standard does not allow, such as a TRACE */
function requestOf(message: NodeRequest, init: RequestInit, trustProxy: boolean): Request {
  const url = requestUrl(message, trustProxy);
  const { method = 'GET' } = message;
  const headers = new Headers();
  for (const [name, value = []] of Object.entries(message.headers)) {
    // HTTP/2 has the method and the path among its headers. The length and the encoding are those of the sent body.
    const isLeftOut = message.readableDidRead && /^(?:content-length|content-encoding|transfer-encoding)$/.test(name);
    if (!name.startsWith(':') && !isLeftOut) for (const each of [value].flat()) headers.append(name, each);
  }
  // The URL wins: a client may name another host in it (RFC 9112 section 3.2.2), in HTTP/2 in `:authority`.
  headers.set('Host', new URL(url).host);
  try {
    return new Request(url, { ...init, method, headers });
  } catch {
    throw new Problem(400, 'The method, the URL or a header of the request is not valid.');
  }
}

/**
 * Returns the URL that a client requested, from `Host` and the request target. Of several forwarded values, the last one
 * counts, which the nearest proxy has added.
 *
 * @throws `Problem` 400 for a `Host` that is not a host, because with a path in it, it would name another URL; also for
 *   a URL that cannot be parsed
 */
function requestUrl({ headers, url, originalUrl, socket }: NodeRequest, trustProxy: boolean): string {
  const lastOf = (name: string): string | undefined => {
    const last = String(headers[name] ?? '')
      .replace(/^.*,/s, '')
      .trim();
    return last === '' ? undefined : last;
  };
  const forwarded = (name: string): string | undefined => (trustProxy ? lastOf(name) : undefined);
  const isEncrypted = 'encrypted' in socket && socket.encrypted === true;
  const scheme = /^https?$/.exec(forwarded('x-forwarded-proto') ?? '')?.[0] ?? (isEncrypted ? 'https' : 'http');
  // A client of a proxy sends the whole URL, which then counts instead of `Host` (RFC 9112, section 3.2.2).
  const [, named, target = ''] = /^(?:https?:\/\/([^/?#]*))?(.*)$/is.exec(originalUrl ?? url ?? '/') ?? [];
  const host = forwarded('x-forwarded-host') ?? named ?? lastOf(':authority') ?? lastOf('host') ?? 'localhost';
  const path = target === '*' ? '/' : target.replace(/^(?!\/)/, '/');
  if (!/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host) || !parsedUrl(`${scheme}://${host}${path}`))
    throw new Problem(400, 'The host or the URL of the request is not valid.');
  return `${scheme}://${host}${path}`;
}

/**
 * Returns a body that a parser such as `express.json()` has read.
 *
 * @throws `Error` for a body that was read and not kept, or that is neither text nor bytes nor JSON
 */
function writtenBody({ headers }: NodeRequest, parsed: unknown): string | Uint8Array | undefined {
  if (typeof parsed === 'string' || parsed instanceof Uint8Array) return parsed;
  const wasSent = headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;
  if (parsed === undefined && !wasSent) return undefined;
  if (/^[\w.-]+\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(String(headers['content-type'])) && parsed !== undefined)
    return JSON.stringify(parsed);
  throw new Error(
    'The body of the request was read before toNodeHandler, and `req.body` is not JSON. Mount the handler in front of ' +
      'that parser. With Fastify hand over its own request and reply, not their `raw`.',
  );
}
