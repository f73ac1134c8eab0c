import { createHash } from 'node:crypto';
import { createEdgeHandler, createSigningEndpoint, azion } from '../../packages/server/src/index.ts';
import type { EdgeHandlerOptions, SigningEndpointOptions, TokenFormat } from '../../packages/server/src/index.ts';
import { doctorOrigin } from './doctor-origin.ts';
import type { OriginChanges } from './doctor-origin.ts';
import { listen } from './listen.ts';

export const SECRET = 'a secret of the doctor';
export const PAGE = 'https://app.example.com';
export const FILM = '/vod/7/master.m3u8';

export type Server = (request: Request) => Response | Promise<Response>;

/** Changes what a server answers. */
export type Change = (response: Response, request: Request) => Response | Promise<Response>;

const CORS = { 'access-control-allow-origin': '*', 'access-control-expose-headers': 'Date, Content-Range' };

/** A response with other headers: `null` takes one away. */
export function withHeaders(response: Response, changes: Record<string, string | null>, status?: number): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  return new Response(response.body, { status: status ?? response.status, headers });
}

export const isRefusal = ({ status }: Response): boolean => [401, 403, 410].includes(status);

/** Our edge. */
export const ourEdge = (options: Partial<EdgeHandlerOptions> = {}, origin: OriginChanges = {}): Server =>
  createEdgeHandler({ format: azion({ secret: SECRET, depth: 2 }), origin: doctorOrigin(origin), ...options });

/** A check of `secure_link` as a team writes it in Node, with what such code gets wrong. */
export function nodeEdge({
  origin = {},
  cors = CORS,
  corsOnRefusals = true,
  checks = {},
  statusOf = (reason) => (reason === 'expired' ? 410 : 403),
  refusalHeaders = { 'cache-control': 'no-store' },
  clockOffset = 0,
  open = () => false,
}: {
  origin?: OriginChanges;
  cors?: Record<string, string>;
  corsOnRefusals?: boolean;
  checks?: { signature?: false; expiry?: false; presence?: false };
  statusOf?: (reason: 'missing' | 'signature' | 'expired') => number;
  refusalHeaders?: Record<string, string>;
  /** Seconds by which the edge's clock is ahead. */
  clockOffset?: number;
  open?: (path: string) => boolean;
} = {}): Server {
  const content = doctorOrigin(origin);
  return (request) => {
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: cors });
    const url = new URL(request.url);
    const [token, expires] = [url.searchParams.get('st'), url.searchParams.get('e')];
    const refuse = (reason: 'missing' | 'signature' | 'expired'): Response =>
      new Response('refused', {
        status: statusOf(reason),
        headers: { ...refusalHeaders, ...(corsOnRefusals && cors) },
      });
    const serve = (): Response => withHeaders(content(request), cors);
    if (open(url.pathname)) return serve();
    if (token === null || expires === null) return checks.presence === false ? serve() : refuse('missing');
    const paths = [url.pathname, `folder:${url.pathname.split('/').slice(0, 3).join('/')}/`];
    const isGenuine = paths.some((path) => hash(`${SECRET}${path}${expires}`) === token);
    if (!isGenuine && checks.signature !== false) return refuse('signature');
    if (Number(expires) < Date.now() / 1000 + clockOffset && checks.expiry !== false) return refuse('expired');
    return serve();
  };
}

const hash = (text: string): string => createHash('md5').update(text).digest('base64url');

/** Our endpoint, for a page of another origin. */
export const ourEndpoint = (edge: string, options: Partial<SigningEndpointOptions> = {}): Server =>
  createSigningEndpoint({
    format: azion({ secret: SECRET, depth: 2 }),
    allow: `${edge}/vod/`,
    ttl: 300,
    authorize: () => true,
    cors: { origins: [PAGE] },
    ...options,
  });

/** An endpoint as a team writes it in Node: `tokens` makes the answer. */
export const nodeEndpoint =
  (
    answer: (call: {
      urls: string[];
      reason: string;
      now: number;
      token: (ttl?: number) => object;
    }) => object | Response,
    headers: Record<string, string> = {},
  ): Server =>
  async (request) => {
    const own = { 'access-control-allow-origin': PAGE, 'cache-control': 'no-store', ...headers };
    const preflight = {
      ...own,
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'content-type',
    };
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: preflight });
    const { urls, reason } = (await request.json()) as { urls: string[]; reason: string };
    const now = Math.floor(Date.now() / 1000);
    const token = (ttl = 300 + Number(reason === 'refused')): object => {
      const { origin, pathname } = new URL(urls[0]!);
      const folder = `${pathname.split('/').slice(0, 3).join('/')}/`;
      const e = String(now + ttl);
      return { prefix: origin + folder, expires: now + ttl, query: { st: hash(`${SECRET}folder:${folder}${e}`), e } };
    };
    const made = answer({ urls, reason, now, token });
    return made instanceof Response ? made : Response.json(made, { headers: own });
  };

/** Signs what is below this edge, and answers as the protocol says. */
export const soundEndpoint = (edge: string, headers?: Record<string, string>): Server =>
  nodeEndpoint(
    ({ urls, now, token }) =>
      urls[0]!.startsWith(edge) ? { now, tokens: [token()] } : new Response(null, { status: 403 }),
    headers,
  );

/** Puts a cache in front of a server. */
export function cacheInFront(
  server: Server,
  { keeps, keyOf }: { keeps: (response: Response) => boolean; keyOf: (url: URL) => string },
): Server {
  const kept = new Map<string, { status: number; headers: [string, string][]; body: string }>();
  return async (request) => {
    const key = `${request.method} ${keyOf(new URL(request.url))} ${request.headers.get('range') ?? ''}`;
    const found = kept.get(key);
    if (found) return new Response(found.body, found);
    const response = await server(request);
    if (request.method !== 'GET' || !keeps(response)) return response;
    const body = await response.text();
    kept.set(key, { status: response.status, headers: [...response.headers], body });
    return new Response(body, { status: response.status, headers: response.headers });
  };
}

export const changed =
  (server: Server, change: Change): Server =>
  async (request) =>
    change(await server(request), request);

/** Servers on ports of their own, until `stop`. */
export async function serveAll(servers: {
  edge: Server | ((other: string) => Server);
  endpoint?: (edge: string) => Server;
}): Promise<{ edge: string; endpoint: string | undefined; stop: () => Promise<void> }> {
  let answer: Server = () => new Response(null, { status: 500 });
  const edge = await listen(async (request) => answer(request));
  answer = servers.edge as Server;
  const endpointServer = servers.endpoint?.(edge.origin);
  const endpoint = endpointServer && (await listen(async (request) => endpointServer(request)));
  return {
    edge: edge.origin,
    endpoint: endpoint && `${endpoint.origin}/token`,
    async stop() {
      await Promise.all([edge.close(), endpoint?.close()]);
    },
  };
}

export type { TokenFormat };
