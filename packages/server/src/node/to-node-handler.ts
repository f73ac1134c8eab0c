import { checkNames } from '../errors/check-names.ts';
import { errorLog } from '../errors/hooks.ts';
import { optionsError } from '../errors/options-error.ts';
import { letGo } from '../http/read-limited.ts';
import { passedOnHeaders } from '../http/passed-on.ts';
import { Problem, problemResponse } from '../http/problem.ts';
import { parsedUrl } from '../url/judged-url.ts';
import type { NodeHandler, NodeHandlerOptions, NodeRequest, NodeResponse } from './node-message.ts';

/**
 * Turns a handler of this package, or any other `(request: Request) => Response`, into a listener of `node:http`,
 * `node:https` and `node:http2`, a route of Express, or a route of Fastify. A body that `express.json()` or Fastify has
 * parsed arrives as it was sent. A viewer who leaves aborts the `signal` of each request of the connection. If the
 * handler throws, the response is a 500 without detail. If the body of a response breaks off, so does the connection.
 * Requests that a client sends over one HTTP/1.1 connection before their responses have arrived run one after the other.
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
  checkNames(options, { trustProxy: true, onError: true });
  const { trustProxy = false } = options;
  const report = errorLog(options.onError);
  /** The last exchange of each connection of HTTP/1.1. Node passes on all that a client sends, at once. */
  const last = new WeakMap<object, Promise<void>>();

  const exchange = async (message: NodeRequest, response: NodeResponse, parsed: unknown): Promise<void> => {
    const client = clientOf(message, response);
    if (client.hasLeft()) return;
    const hasBody = message.method !== 'GET' && message.method !== 'HEAD';
    // Destroying a request would close the connection before the response is sent.
    const chunks = hasBody && !message.readableDidRead ? message.iterator({ destroyOnReturn: false }) : undefined;
    try {
      // Node takes what can be iterated as a body, and reads it as the handler does.
      const body = (chunks ?? (hasBody ? writtenBody(message, parsed) : undefined)) as BodyInit | undefined;
      const answer = await handler(requestOf(message, body, client.signal, trustProxy));
      if (!isResponse(answer)) throw new Error('The handler returned no Response.');
      await client.send(answer);
    } catch (error) {
      if (!(error instanceof Problem || client.hasLeft())) report(error);
      const problem = error instanceof Problem ? error : new Problem(500, 'The server failed. Its log says why.');
      if (response.headersSent) client.breakOff();
      else await client.send(problemResponse(problem));
    }
    // A client sees its response only after it has sent everything.
    const rest = (): unknown => message.resume();
    if (chunks) void Promise.resolve(chunks.return?.()).then(rest, rest);
    while (!client.hasLeft() && !response.writableFinished) await client.acts();
  };

  return (req, res) => {
    const message = 'raw' in req ? req.raw : req;
    const response = 'raw' in res ? res.raw : res;
    if ('raw' in res) res.hijack();
    const run = (message.stream ? undefined : last.get(message.socket)) ?? Promise.resolve();
    const end = run
      .then(() => exchange(message, response, req.body))
      // Even the problem could not be sent.
      .catch(() => void response.destroy());
    if (!message.stream) last.set(message.socket, end);
  };
}

/** The client of one exchange. Every wait for the client ends when the client leaves. */
function clientOf(message: NodeRequest, response: NodeResponse) {
  const { socket, method, stream } = message;
  const leaving = new AbortController();
  /** Aborts when the client leaves before it has its whole response. */
  const { signal } = leaving;
  const hasLeft = (): boolean => signal.aborted;
  let wake = (): void => undefined;
  /** Resolves when the client has taken what was written, or leaves. */
  const acts = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  const isClosed = (): void => {
    socket.off('close', isClosed);
    // When the client leaves, Node itself ends a response of HTTP/2, and reports it as finished.
    if (!(response.writableEnded && response.writableFinished)) leaving.abort();
    wake();
  };
  if (message.aborted || socket.destroyed) leaving.abort();
  else socket.once('close', isClosed);
  response.on('close', isClosed);
  for (const event of ['drain', 'finish'] as const) response.on(event, () => wake());

  /**
   * Sends a response as fast as the client reads it.
   *
   * @throws the error of the body, or of Node about its length: a client would read what is beyond the `Content-Length`
   *   as the next response; `TypeError` for a body that is not a stream of bytes
   */
  const send = async (answer: Response): Promise<void> => {
    const hasBody = method !== 'HEAD' && answer.status !== 204 && answer.status !== 304;
    if (!hasBody || hasLeft()) letGo(answer.body);
    if (hasLeft()) return;
    // Throws for a body that other code has read already. No headers have been sent yet.
    const reader = hasBody ? (answer.body as ReadableStream<Uint8Array> | null)?.getReader() : undefined;
    // This also ends a `read()` that is under way.
    const leave = (): void => letGo(reader);
    signal.addEventListener('abort', leave);
    try {
      setHeaders(response, answer);
      // Players measure from here, and the first byte of the body may take some time.
      if (reader) response.flushHeaders?.();
      for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
        // A stream may contain any value.
        if (!ArrayBuffer.isView(part.value)) throw new TypeError('The body is no stream of bytes. Encode its text.');
        if (!hasLeft() && !response.write(part.value)) await acts();
      }
      if (!hasLeft()) response.end();
    } catch (error) {
      leave();
      throw error;
    }
  };
  /** Ends the exchange in the middle, so that the client does not take a part of the response for the whole. */
  const breakOff = (): void => {
    // INTERNAL_ERROR (RFC 9113 section 7): without a code, HTTP/2 would report that nothing was wrong.
    if (stream) stream.close(2);
    else response.destroy();
    leaving.abort();
  };
  return { signal, hasLeft, acts, send, breakOff };
}

/**
 * Headers that a framework has set are kept, unless the response has its own; of cookies and `Vary`, both are kept.
 * Headers that belong to another connection are left out.
 *
 * @throws the error of Node for a value that `Headers` accepts and Node refuses; then none of the headers is set
 */
function setHeaders(response: NodeResponse, answer: Response): void {
  const headers = passedOnHeaders(answer);
  const textsOf = (name: string): string[] => [response.getHeader(name) ?? []].flat().map(String);
  // Clients disagree about where a response ends whose length is no number.
  if (!/^\d*$/.test(headers.get('Content-Length') ?? '')) headers.delete('Content-Length');
  response.statusCode = answer.status;
  response.strictContentLength = true;
  const cookies = headers.getSetCookie();
  headers.delete('Set-Cookie');
  try {
    for (const [name, value] of headers)
      response.setHeader(name, name === 'vary' ? [...textsOf(name), value].join(', ') : value);
    if (cookies.length > 0) response.setHeader('set-cookie', [...textsOf('set-cookie'), ...cookies]);
  } catch (error) {
    for (const [name] of headers) response.removeHeader(name);
    throw error;
  }
}

/**
 * The requests by their signals: keeps a request alive as long as its signal is in use. In Node, only the request holds
 * what aborts its signal, and a handler may keep nothing but the signal.
 */
const requests = new WeakMap<AbortSignal, Request>();

/** @throws `Problem` 400 for a request that the Fetch standard does not allow, such as a TRACE */
function requestOf(
  message: NodeRequest,
  body: BodyInit | undefined,
  signal: AbortSignal,
  trustProxy: boolean,
): Request {
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
  const init = { method, headers, signal, ...(body !== undefined && { body, duplex: 'half' }) };
  try {
    const request = new Request(url, init);
    requests.set(request.signal, request);
    return request;
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
    const last = [headers[name]].flat().join(',').split(',').at(-1)?.trim();
    return last === '' ? undefined : last;
  };
  const forwarded = (name: string): string | undefined => (trustProxy ? lastOf(name) : undefined);
  const isEncrypted = 'encrypted' in socket && socket.encrypted === true;
  const scheme = /^https?$/.exec(forwarded('x-forwarded-proto') ?? '')?.[0] ?? (isEncrypted ? 'https' : 'http');
  const target = originalUrl ?? url ?? '/';
  // A client of a proxy sends the whole URL, which then counts instead of `Host` (RFC 9112, section 3.2.2).
  const [, named, rest] = /^https?:\/\/([^/?#]*)(.*)$/i.exec(target) ?? [];
  const path = rest ?? (target === '*' ? '/' : target);
  const host = forwarded('x-forwarded-host') ?? named ?? lastOf(':authority') ?? lastOf('host') ?? 'localhost';
  const href = `${scheme}://${host}${path.startsWith('/') ? path : `/${path}`}`;
  if (!/^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host) || !parsedUrl(href))
    throw new Problem(400, 'The host or the URL of the request is not valid.');
  return href;
}

/**
 * Writes a body that a parser such as `express.json()` has read, as text of the type that was sent: a form never turns
 * into JSON.
 *
 * @throws `Error` for a body that was read and not kept, or whose type is neither JSON nor a form
 */
function writtenBody({ headers }: NodeRequest, parsed: unknown): BodyInit | undefined {
  const type = String(headers['content-type'] ?? '');
  if (typeof parsed === 'string') return parsed;
  if (parsed instanceof Uint8Array) return new Uint8Array(parsed);
  const wasSent = headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > 0;
  if (parsed === undefined && !wasSent) return undefined;
  if (/^[\w.-]+\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type) && parsed !== undefined) return JSON.stringify(parsed);
  if (/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type) && parsed)
    return new URLSearchParams(formPairs('', parsed)).toString();
  throw new Error(
    'The body of the request was read before toNodeHandler, and `req.body` is neither JSON nor a form. Mount the ' +
      'handler in front of that parser. With Fastify hand over its own request and reply, not their `raw`.',
  );
}

/** Lists the fields of a form as `express.urlencoded({ extended: true })` reads them: `a=1&b[c]=2&d[0]=3`. */
function formPairs(name: string, value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[name, String(value)]];
  return Object.entries(value).flatMap(([key, each]) => formPairs(name === '' ? key : `${name}[${key}]`, each));
}

/** Whether a value can be sent as a response, also that of another library; `Response.error()` has the status 0. */
function isResponse(answer: unknown): answer is Response {
  const { status = 0, headers } = (answer ?? {}) as Partial<Response>;
  return status >= 200 && status <= 599 && typeof headers?.getSetCookie === 'function';
}
