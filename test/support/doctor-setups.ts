import { createHash } from 'node:crypto';
import { createEdgeHandler, createSigningEndpoint, azion } from '../../packages/server/src/index.ts';
import type { EdgeHandlerOptions, SigningEndpointOptions } from '../../packages/server/src/index.ts';

export const SECRET = 'a secret of the doctor';
export const PAGE = 'https://app.example.com';
export const FILM = '/vod/7/master.m3u8';

export type Server = (request: Request) => Response | Promise<Response>;

const playlist = 'application/vnd.apple.mpegurl';
const files: Record<string, readonly [type: string, body: string]> = {
  'master.m3u8': [
    playlist,
    '#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="en",URI="audio.m3u8"\n' +
      '#EXT-X-STREAM-INF:BANDWIDTH=1000000,AUDIO="a"\nvideo.m3u8\n',
  ],
  'video.m3u8': [
    playlist,
    '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-KEY:METHOD=AES-128,URI="key.bin"\n#EXT-X-MAP:URI="init.mp4"\n' +
      '#EXTINF:4,\ns1.m4s\n#EXTINF:4,\ns2.m4s\n#EXT-X-ENDLIST\n',
  ],
  'audio.m3u8': [playlist, '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\na1.m4s\n#EXT-X-ENDLIST\n'],
  'manifest.mpd': [
    'application/dash+xml',
    '<?xml version="1.0"?><MPD><Period><AdaptationSet><SegmentTemplate initialization="init.mp4" media="s$Number$.m4s"/>' +
      '<Representation id="v"/></AdaptationSet></Period></MPD>',
  ],
  'key.bin': ['application/octet-stream', '0123456789abcdef'],
};

/** Answers as a web server with a film, for any folder: HLS with a key and an init segment, DASH, MP4. */
export function doctorOrigin(change: (text: string) => string = (text) => text): (request: Request) => Response {
  return ({ url }) => {
    const name = new URL(url).pathname.split('/').at(-1)!;
    const [type, body] = files[name] ?? (/\.(?:mp4|m4s)$/.test(name) ? ['video/mp4', 'media'] : []);
    if (type === undefined || body === undefined) return new Response('no such file', { status: 404 });
    return new Response(change(body), { headers: { 'content-type': type } });
  };
}

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

/** Our edge, which takes tokens of folders. */
export const ourEdge = (options: Partial<EdgeHandlerOptions> = {}, change?: (text: string) => string): Server =>
  createEdgeHandler({ format: azion({ secret: SECRET, depth: 2 }), origin: doctorOrigin(change), ...options });

/** A check of `secure_link` as a team writes it in Node, with what such code gets wrong. */
export function nodeEdge({
  change = (text) => text,
  cors = { 'access-control-allow-origin': '*' },
  corsOnRefusals = true,
  checksSignature = true,
  checksExpiry = true,
  statusOfExpired = 410,
  refusalHeaders = { 'cache-control': 'no-store' },
  clockOffset = 0,
  open = () => false,
}: {
  change?: (text: string) => string;
  cors?: Record<string, string>;
  corsOnRefusals?: boolean;
  checksSignature?: boolean;
  checksExpiry?: boolean;
  statusOfExpired?: number;
  refusalHeaders?: Record<string, string>;
  /** Seconds by which the edge's clock is ahead, although it tells the right date. */
  clockOffset?: number;
  open?: (path: string) => boolean;
} = {}): Server {
  const content = doctorOrigin(change);
  const refuse = (status: number): Response =>
    new Response('refused', { status, headers: { ...refusalHeaders, ...(corsOnRefusals && cors) } });
  return (request) => {
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: cors });
    const { pathname, searchParams } = new URL(request.url);
    const [token, expires] = [searchParams.get('st'), searchParams.get('e')];
    if (open(pathname)) return withHeaders(content(request), cors);
    if (token === null || expires === null) return refuse(403);
    const paths = [pathname, `folder:${pathname.split('/').slice(0, 3).join('/')}/`];
    const isGenuine = paths.some((path) => hash(`${SECRET}${path}${expires}`) === token);
    if (!isGenuine && checksSignature) return refuse(403);
    if (Number(expires) < Date.now() / 1000 + clockOffset && checksExpiry) return refuse(statusOfExpired);
    return withHeaders(content(request), cors);
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

interface Call {
  readonly urls: string[];
  readonly now: number;
  readonly token: (ttl?: number) => object;
}

/** An endpoint as a team writes it in Node: `answer` makes the answer. */
export const nodeEndpoint =
  (answer: (call: Call) => object | Response, headers: Record<string, string> = {}): Server =>
  async (request) => {
    const own = { 'access-control-allow-origin': PAGE, 'cache-control': 'no-store', ...headers };
    const preflight = { ...own, 'access-control-allow-headers': 'content-type' };
    if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers: preflight });
    const { urls, reason } = (await request.json()) as { urls: string[]; reason: string };
    const now = Math.floor(Date.now() / 1000);
    const token = (ttl = 300 + Number(reason === 'refused')): object => {
      const { origin, pathname } = new URL(urls[0]!);
      const folder = `${pathname.split('/').slice(0, 3).join('/')}/`;
      const e = String(now + ttl);
      return { prefix: origin + folder, expires: now + ttl, query: { st: hash(`${SECRET}folder:${folder}${e}`), e } };
    };
    const made = answer({ urls, now, token });
    return made instanceof Response ? made : Response.json(made, { headers: own });
  };

/** Signs what is below this edge, and answers as the protocol says. @param ttl one for all tokens */
export const soundEndpoint = (edge: string, headers?: Record<string, string>, ttl?: number): Server =>
  nodeEndpoint(
    ({ urls, now, token }) =>
      urls[0]!.startsWith(edge) ? { now, tokens: [token(ttl)] } : new Response(null, { status: 403 }),
    headers,
  );

/** Puts a cache in front of a server, without the query in its key. */
export function cacheInFront(server: Server, keeps: (response: Response) => boolean): Server {
  const kept = new Map<string, Response>();
  return async (request) => {
    const { pathname } = new URL(request.url);
    const response = kept.get(pathname) ?? (await server(request));
    if (request.method === 'GET' && keeps(response)) kept.set(pathname, response);
    return response.clone();
  };
}

export const changed =
  (server: Server, change: (response: Response, request: Request) => Response | Promise<Response>): Server =>
  async (request) =>
    change(await server(request), request);
