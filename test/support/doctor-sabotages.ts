import {
  bunny,
  cloudFront,
  edgeAuth,
  secureLink,
  secureLinkLayouts,
  secureToken,
} from '../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import type { Code } from '../../packages/cli/src/doctor/codes.ts';
import {
  PAGE,
  SECRET,
  cacheInFront,
  changed,
  isRefusal,
  nodeEdge,
  nodeEndpoint,
  ourEdge,
  ourEndpoint,
  soundEndpoint,
  withHeaders,
} from './doctor-setups.ts';
import type { Server } from './doctor-setups.ts';
import { rsaKey } from './format-samples.ts';

/** Servers that a doctor is called to, and what is to stand first in the list. */
export interface SetUp {
  readonly name: string;
  /** Of a healthy one: `undefined`. */
  readonly code?: Code;
  readonly edge: (other: string) => Server;
  readonly endpoint?: (edge: string) => Server;
  /** A second origin, whose address `edge` gets. */
  readonly other?: () => Server;
  /** @default the film's multivariant playlist */
  readonly path?: string;
  /** Whether the doctor gets the secret. */
  readonly hasSecret?: boolean;
  readonly headers?: Record<string, string>;
  readonly format?: VerifyingTokenFormat;
  /** The doctor gets a signed URL, and no secret. */
  readonly isSigned?: 'for a minute' | 'a minute ago';
  /** @default a page of another origin */
  readonly page?: string;
  /** Nobody listens at the edge, or at the endpoint. */
  readonly isDown?: 'edge' | 'endpoint';
}

const hexKey = '00112233445566778899aabbccddeeff';
const inHeader = edgeAuth({ key: hexKey, carrier: 'header', param: 'x-token', depth: 2 });
const inPath = bunny({ secret: SECRET, depth: 2 });
const inCookies = cloudFront({ keys: [{ id: 'K', privateKey: rsaKey }], depth: 2 });
const ofUrls = secureLink({ secret: SECRET, ...secureLinkLayouts.keyCdn });
const stale = (path: string): boolean => /\.(?:mp4|m4s)$/.test(path);

export const sabotages: readonly SetUp[] = [
  {
    name: 'nobody listens at the edge',
    code: 'edge-unreachable',
    isDown: 'edge',
    edge: () => nodeEdge(),
    endpoint: soundEndpoint,
  },
  {
    name: 'our edge, with rules that do not cover the film',
    code: 'edge-open',
    edge: () => ourEdge({ protect: 'http://127.0.0.1/live/' }),
    endpoint: ourEndpoint,
  },
  {
    name: 'Node edge that serves whoever has no token',
    code: 'edge-open',
    hasSecret: true,
    edge: () => nodeEdge({ checks: { presence: false } }),
  },
  {
    name: 'our edge with another secret',
    code: 'edge-refuses-valid',
    edge: () => ourEdge({ format: secureToken({ secret: 'another', depth: 2 }) }),
    endpoint: ourEndpoint,
  },
  {
    name: 'our edge that takes tokens of one path, of an endpoint that signs folders',
    code: 'edge-refuses-valid',
    edge: () => ourEdge({ format: secureToken({ secret: SECRET }) }),
    endpoint: ourEndpoint,
  },
  {
    name: 'Node edge, and the doctor has a wrong secret',
    code: 'edge-refuses-valid',
    hasSecret: true,
    format: secureToken({ secret: 'another', depth: 2 }),
    edge: () => nodeEdge(),
  },
  {
    name: 'Node edge that does not compare the signature',
    code: 'edge-accepts-tampered',
    edge: () => nodeEdge({ checks: { signature: false } }),
    endpoint: soundEndpoint,
  },
  {
    name: 'Node edge that looks whether a token is there',
    code: 'edge-accepts-tampered',
    hasSecret: true,
    edge: () => nodeEdge({ checks: { signature: false, expiry: false } }),
  },
  {
    name: 'Node edge that does not compare the expiry',
    code: 'edge-accepts-expired',
    hasSecret: true,
    edge: () => nodeEdge({ checks: { expiry: false } }),
    endpoint: soundEndpoint,
  },
  {
    name: 'Node edge without CORS',
    code: 'edge-cors-missing',
    edge: () => nodeEdge({ cors: {} }),
    endpoint: soundEndpoint,
  },
  {
    name: 'our edge for another page',
    code: 'edge-cors-missing',
    edge: () => ourEdge({ cors: { origins: ['https://other.example.com'] } }),
    endpoint: ourEndpoint,
  },
  {
    name: 'edge and origin both send CORS',
    code: 'edge-cors-missing',
    edge: () => nodeEdge({ cors: { 'access-control-allow-origin': `*, ${PAGE}` } }),
    hasSecret: true,
  },
  {
    name: 'Node edge without CORS for segments',
    code: 'edge-cors-missing',
    edge: () =>
      changed(nodeEdge(), (response, { url }) =>
        url.includes('.m4s') ? withHeaders(response, { 'access-control-allow-origin': null }) : response,
      ),
    endpoint: soundEndpoint,
  },
  {
    name: 'Node edge whose refusals have no CORS',
    code: 'edge-cors-missing-on-refusal',
    edge: () => nodeEdge({ corsOnRefusals: false }),
    endpoint: soundEndpoint,
  },
  {
    name: 'Node edge whose refusals have no CORS, and no token at hand',
    code: 'edge-cors-missing-on-refusal',
    edge: () => nodeEdge({ corsOnRefusals: false }),
  },
  {
    name: 'token in a header, preflight answered 403',
    code: 'edge-preflight-fails',
    hasSecret: true,
    format: inHeader,
    edge: () =>
      changed(ourEdge({ format: inHeader }), (response, { method }) =>
        method === 'OPTIONS' ? withHeaders(response, {}, 403) : response,
      ),
  },
  {
    name: 'token in a header that no preflight allows',
    code: 'edge-preflight-fails',
    edge: () =>
      changed(ourEdge({ format: inHeader }), (response) =>
        withHeaders(response, { 'access-control-allow-headers': 'range' }),
      ),
    endpoint: (edge) => ourEndpoint(edge, { format: inHeader }),
  },
  {
    name: 'refusals with max-age',
    code: 'edge-caches-refusals',
    edge: () => nodeEdge({ refusalHeaders: { 'cache-control': 'public, max-age=300' } }),
    endpoint: soundEndpoint,
  },
  {
    name: 'a cache that keeps refusals, without the query in its key',
    code: 'edge-caches-refusals',
    edge: () => cacheInFront(nodeEdge(), { keeps: isRefusal, keyOf: ({ pathname }) => pathname }),
    endpoint: soundEndpoint,
  },
  {
    name: 'refusals that a CDN answers out of its cache',
    code: 'edge-caches-refusals',
    hasSecret: true,
    edge: () =>
      changed(nodeEdge(), (response) =>
        isRefusal(response) ? withHeaders(response, { 'x-cache': 'Error from cache HIT', age: '7' }) : response,
      ),
  },
  {
    name: 'a cache in front of the check, without the query in its key',
    code: 'edge-caches-across-tokens',
    edge: () => cacheInFront(nodeEdge(), { keeps: ({ ok }) => ok, keyOf: ({ pathname }) => pathname }),
    endpoint: soundEndpoint,
  },
  {
    name: 'the same for an MP4',
    code: 'edge-caches-across-tokens',
    path: '/vod/7/film.mp4',
    hasSecret: true,
    edge: () => cacheInFront(nodeEdge(), { keeps: ({ ok }) => ok, keyOf: ({ pathname }) => pathname }),
  },
  {
    name: 'an MP4 without ranges',
    code: 'edge-range-ignored',
    path: '/vod/7/film.mp4',
    edge: () => nodeEdge({ origin: { withoutRanges: true } }),
    endpoint: soundEndpoint,
  },
  {
    name: 'segments without ranges',
    code: 'edge-range-ignored',
    edge: () => ourEdge({}, { withoutRanges: true }),
    endpoint: ourEndpoint,
  },
  {
    name: 'a good token is redirected to another host',
    code: 'edge-redirects-away',
    edge: () =>
      changed(nodeEdge(), (response) =>
        response.ok
          ? new Response(null, {
              status: 302,
              headers: { ...Object.fromEntries(response.headers), location: 'https://storage.example.net/film' },
            })
          : response,
      ),
    endpoint: soundEndpoint,
  },
  {
    name: 'who has no token is sent to a log-in page',
    code: 'edge-redirects-away',
    edge: () =>
      changed(nodeEdge(), (response) =>
        isRefusal(response) ? withHeaders(response, { location: 'https://login.example.com/' }, 302) : response,
      ),
    endpoint: soundEndpoint,
  },
  {
    name: 'our edge, its clock an hour ahead',
    code: 'edge-clock',
    edge: () => ourEdge({ clock: () => Date.now() + 3_600_000 }),
    endpoint: ourEndpoint,
  },
  {
    name: 'our edge, its clock a minute behind',
    code: 'edge-clock',
    edge: () => ourEdge({ clock: () => Date.now() - 60_000 }),
    endpoint: ourEndpoint,
  },
  {
    name: 'Node edge that counts from a wrong clock, and tells the right date',
    code: 'edge-clock',
    edge: () => nodeEdge({ clockOffset: 7200 }),
    endpoint: soundEndpoint,
  },
  {
    name: 'the same, answered 403',
    code: 'edge-clock',
    hasSecret: true,
    edge: () => nodeEdge({ clockOffset: 7200, statusOf: () => 403 }),
  },
  {
    name: 'Node edge that counts from a clock two hours behind',
    code: 'edge-clock',
    hasSecret: true,
    edge: () => nodeEdge({ clockOffset: -7200 }),
  },
  {
    name: 'playlists as text/plain',
    code: 'edge-playlist-type',
    edge: () => nodeEdge({ origin: { type: (type) => (type.includes('mpegurl') ? 'text/plain' : type) } }),
    endpoint: soundEndpoint,
  },
  {
    name: 'our edge that signs playlists, and a player with an endpoint',
    code: 'edge-tokens-in-playlist',
    edge: () => ourEdge({ signPlaylists: true }),
    endpoint: ourEndpoint,
  },
  {
    name: 'playlists with parameters of the token',
    code: 'edge-tokens-in-playlist',
    edge: () => nodeEdge({ origin: { text: (text) => text.replace(/^(\w+\.\w+)$/gm, '$1?st=x') } }),
    endpoint: soundEndpoint,
  },
  {
    name: 'Node edge that takes folder tokens for playlists alone',
    code: 'child-refused',
    edge: () =>
      changed(nodeEdge(), (response, { url }) =>
        url.includes('.m4s') && response.ok ? withHeaders(response, {}, 403) : response,
      ),
    endpoint: soundEndpoint,
  },
  {
    name: 'Node edge that leaves media open',
    code: 'child-open',
    edge: () => nodeEdge({ open: stale }),
    endpoint: soundEndpoint,
  },
  {
    name: 'our edge with a pattern for playlists',
    code: 'child-open',
    edge: () => ourEdge({ protect: /\.m3u8$/ }),
    endpoint: ourEndpoint,
  },
  {
    name: 'segments on another host, which wants tokens',
    code: 'child-other-host',
    other: () => nodeEdge(),
    edge: (other) => nodeEdge({ origin: { text: (text) => text.replace(/^(\w+\.m4s)$/gm, `${other}/vod/7/$1`) } }),
    endpoint: soundEndpoint,
  },
  {
    name: 'segments on a host that does not answer',
    code: 'child-other-host',
    edge: () => ourEdge({}, { text: (text) => text.replace(/^(\w+\.m4s)$/gm, 'https://segments.invalid/vod/7/$1') }),
    endpoint: ourEndpoint,
  },
  {
    name: 'nobody listens at the endpoint',
    code: 'endpoint-unreachable',
    isDown: 'endpoint',
    edge: () => nodeEdge(),
    endpoint: soundEndpoint,
  },
  {
    name: 'the endpoint does not answer',
    code: 'endpoint-unreachable',
    edge: () => nodeEdge(),
    endpoint: () => () => new Promise(() => undefined),
  },
  {
    name: 'the endpoint is down behind its proxy',
    code: 'endpoint-unreachable',
    edge: () => nodeEdge(),
    endpoint: () => () =>
      new Response('<h1>503</h1>', { status: 503, headers: { 'access-control-allow-origin': PAGE } }),
  },
  {
    name: 'a wrong path of the endpoint',
    code: 'endpoint-not-found',
    edge: () => nodeEdge(),
    endpoint: () => () =>
      new Response('Cannot POST', { status: 404, headers: { 'access-control-allow-origin': PAGE } }),
  },
  {
    name: 'a log-in page in HTML',
    code: 'endpoint-not-json',
    edge: () => nodeEdge(),
    endpoint: () =>
      nodeEndpoint(
        () =>
          new Response('<!doctype html><p>Log in</p>', {
            headers: { 'content-type': 'text/html', 'access-control-allow-origin': PAGE, 'cache-control': 'no-store' },
          }),
      ),
  },
  {
    name: 'our endpoint, and nobody is logged in',
    code: 'endpoint-denies',
    edge: () => nodeEdge(),
    endpoint: (edge) => ourEndpoint(edge, { authorize: ({ headers }) => headers.has('authorization') }),
  },
  {
    name: 'our endpoint, whose allow does not cover the film',
    code: 'endpoint-denies',
    edge: () => nodeEdge(),
    endpoint: (edge) => ourEndpoint(edge, { allow: `${edge}/live/` }),
  },
  {
    name: 'the URL is in denied',
    code: 'endpoint-denies',
    edge: () => nodeEdge(),
    endpoint: () => nodeEndpoint(({ now, urls }) => ({ now, tokens: [], denied: urls })),
  },
  {
    name: 'our endpoint without cors',
    code: 'endpoint-cors-missing',
    edge: () => nodeEdge(),
    endpoint: (edge) => ourEndpoint(edge, { cors: { origins: ['https://other.example.com'] } }),
  },
  {
    name: 'an endpoint that answers no preflight',
    code: 'endpoint-cors-missing',
    edge: () => nodeEdge(),
    endpoint: (edge) =>
      changed(soundEndpoint(edge), (response, { method }) =>
        method === 'OPTIONS' ? new Response(null, { status: 405 }) : response,
      ),
  },
  {
    name: 'cookies, and a wildcard',
    code: 'endpoint-cors-credentials',
    edge: () => nodeEdge(),
    endpoint: (edge) =>
      soundEndpoint(edge, { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true' }),
  },
  {
    name: 'a session cookie, and a wildcard',
    code: 'endpoint-cors-credentials',
    headers: { cookie: 'session=1' },
    edge: () => nodeEdge(),
    endpoint: (edge) => soundEndpoint(edge, { 'access-control-allow-origin': '*' }),
  },
  {
    name: 'an answer that may be cached',
    code: 'endpoint-cacheable',
    edge: () => nodeEdge(),
    endpoint: (edge) => soundEndpoint(edge, { 'cache-control': 'public, max-age=60' }),
  },
  {
    name: 'expires in milliseconds',
    code: 'endpoint-milliseconds',
    edge: () => nodeEdge(),
    endpoint: () => nodeEndpoint(({ now, token }) => ({ now, tokens: [{ ...token(), expires: (now + 300) * 1000 }] })),
  },
  {
    name: 'now in milliseconds',
    code: 'endpoint-milliseconds',
    edge: () => nodeEdge(),
    endpoint: () => nodeEndpoint(({ now, token }) => ({ now: now * 1000, tokens: [token()] })),
  },
  {
    name: 'our endpoint, its clock ten minutes behind',
    code: 'endpoint-clock',
    edge: () => ourEdge(),
    endpoint: (edge) => ourEndpoint(edge, { clock: () => Date.now() - 600_000 }),
  },
  {
    name: 'our endpoint, its clock a minute ahead',
    code: 'endpoint-clock',
    edge: () => ourEdge(),
    endpoint: (edge) => ourEndpoint(edge, { clock: () => Date.now() + 60_000 }),
  },
  {
    name: 'a token for a page in place of the film',
    code: 'endpoint-no-token-for-url',
    edge: () => nodeEdge(),
    endpoint: () =>
      nodeEndpoint(({ now, token, urls }) => ({
        now,
        tokens: [{ ...token(), prefix: undefined, url: `${urls[0]!}.html` }],
      })),
  },
  {
    name: 'an empty object',
    code: 'endpoint-no-token-for-url',
    edge: () => nodeEdge(),
    endpoint: () => nodeEndpoint(() => ({})),
  },
  {
    name: 'a carrier that is misspelt',
    code: 'endpoint-no-carrier',
    edge: () => nodeEdge(),
    endpoint: () =>
      nodeEndpoint(({ now, token }) => ({ now, tokens: [{ ...token(), query: undefined, querry: { st: 'x' } }] })),
  },
  {
    name: 'a query without parameters',
    code: 'endpoint-no-carrier',
    edge: () => nodeEdge(),
    endpoint: () => nodeEndpoint(({ now, token }) => ({ now, tokens: [{ ...token(), query: {} }] })),
  },
  {
    name: 'tokens of three seconds',
    code: 'endpoint-lifetime',
    edge: () => nodeEdge(),
    endpoint: () =>
      nodeEndpoint(({ now, token, urls }) =>
        urls[0]!.includes('invalid') ? new Response(null, { status: 403 }) : { now, tokens: [token(3)] },
      ),
  },
  {
    name: 'tokens of a month',
    code: 'endpoint-lifetime',
    edge: () => ourEdge(),
    endpoint: (edge) =>
      ourEndpoint(edge, { ttl: 2_592_000, format: secureToken({ secret: SECRET, depth: 2, maxTtl: Infinity }) }),
  },
  {
    name: 'the same token after a refusal',
    code: 'endpoint-same-token-after-refused',
    edge: () => nodeEdge(),
    endpoint: (edge) =>
      nodeEndpoint(({ now, token, urls }) =>
        urls[0]!.startsWith(edge) ? { now, tokens: [token(300)] } : new Response(null, { status: 403 }),
      ),
  },
  {
    name: 'the endpoint redirects',
    code: 'endpoint-redirects',
    edge: () => nodeEdge(),
    endpoint: () =>
      nodeEndpoint(
        () => new Response(null, { status: 302, headers: { location: '/login', 'access-control-allow-origin': PAGE } }),
      ),
  },
  {
    name: 'an endpoint that signs whatever it is asked for',
    code: 'endpoint-signs-anything',
    edge: () => nodeEdge(),
    endpoint: () => nodeEndpoint(({ now, token }) => ({ now, tokens: [token()] })),
  },
  {
    name: 'a signed URL, and an edge that never looks at the expiry',
    code: 'edge-accepts-expired',
    isSigned: 'a minute ago',
    edge: () => nodeEdge({ checks: { expiry: false } }),
  },
  {
    name: 'a signed URL of another secret',
    code: 'edge-refuses-valid',
    isSigned: 'for a minute',
    format: secureToken({ secret: 'another' }),
    edge: () => nodeEdge(),
  },
  {
    name: 'tokens in cookies, and an edge that lets no page send them',
    code: 'edge-cors-missing',
    headers: { cookie: 'session=1' },
    edge: () => ourEdge({ format: inCookies }),
    endpoint: (edge) => ourEndpoint(edge, { format: inCookies, cors: { origins: [PAGE], credentials: true } }),
  },
  {
    name: 'an endpoint that signs playlists alone',
    code: 'child-refused',
    edge: () => ourEdge({ format: secureToken({ secret: SECRET }) }),
    endpoint: (edge) =>
      ourEndpoint(edge, {
        format: secureToken({ secret: SECRET }),
        authorize: (_, urls) => ({ denied: urls.filter((url) => !url.endsWith('.m3u8')) }),
      }),
  },
  {
    name: 'a signed URL of one file, which is a playlist',
    code: 'child-refused',
    isSigned: 'for a minute',
    format: ofUrls,
    edge: () => ourEdge({ format: ofUrls }),
  },
];

export const healthy: readonly SetUp[] = [
  { name: 'our edge and endpoint', edge: () => ourEdge(), endpoint: ourEndpoint },
  { name: 'our edge and endpoint, and the secret', hasSecret: true, edge: () => ourEdge(), endpoint: ourEndpoint },
  { name: 'our edge, the secret alone', hasSecret: true, edge: () => ourEdge() },
  {
    name: 'our edge, a token for each URL',
    hasSecret: true,
    format: secureToken({ secret: SECRET }),
    edge: () => ourEdge({ format: secureToken({ secret: SECRET }) }),
  },
  {
    name: 'our edge, a token for each URL, of the endpoint',
    edge: () => ourEdge({ format: secureToken({ secret: SECRET }) }),
    endpoint: (edge) => ourEndpoint(edge, { format: secureToken({ secret: SECRET }) }),
  },
  {
    name: 'our edge, tokens in a header',
    edge: () => ourEdge({ format: inHeader }),
    endpoint: (edge) => ourEndpoint(edge, { format: inHeader }),
  },
  {
    name: 'our edge, Akamai tokens in the query',
    hasSecret: true,
    format: edgeAuth({ key: hexKey, depth: 2 }),
    edge: () => ourEdge({ format: edgeAuth({ key: hexKey, depth: 2 }) }),
  },
  {
    name: 'our edge and endpoint that list the page',
    edge: () => ourEdge({ cors: { origins: [PAGE] } }),
    endpoint: ourEndpoint,
  },
  { name: 'our edge, an MP4', path: '/vod/7/film.mp4', edge: () => ourEdge(), endpoint: ourEndpoint },
  { name: 'our edge, DASH', path: '/vod/7/manifest.mpd', edge: () => ourEdge(), endpoint: ourEndpoint },
  { name: 'our edge, a media playlist', path: '/vod/7/video.m3u8', hasSecret: true, edge: () => ourEdge() },
  { name: 'Node edge and endpoint', edge: () => nodeEdge(), endpoint: soundEndpoint },
  { name: 'Node edge, our endpoint, and the secret', hasSecret: true, edge: () => nodeEdge(), endpoint: ourEndpoint },
  {
    name: 'Node edge that answers 403 to what has expired',
    hasSecret: true,
    edge: () => nodeEdge({ statusOf: () => 403 }),
    endpoint: soundEndpoint,
  },
  {
    name: 'Node edge that answers 401 to all refusals',
    hasSecret: true,
    edge: () => nodeEdge({ statusOf: () => 401 }),
    endpoint: soundEndpoint,
  },
  {
    name: 'Node edge without Cache-Control on refusals',
    edge: () => nodeEdge({ refusalHeaders: {} }),
    endpoint: soundEndpoint,
  },
  {
    name: 'a cache behind the check',
    edge: () =>
      changed(nodeEdge(), (response) =>
        response.ok
          ? withHeaders(response, {
              'x-cache': 'Hit from cloudfront',
              age: '90',
              date: new Date(Date.now() - 90_000).toUTCString(),
            })
          : response,
      ),
    endpoint: soundEndpoint,
  },
  {
    name: 'an endpoint that wants a session, which is given',
    headers: { authorization: 'Bearer of-the-viewer' },
    edge: () => nodeEdge(),
    endpoint: (edge) => ourEndpoint(edge, { authorize: ({ headers }) => headers.has('authorization') }),
  },
  {
    name: 'an endpoint with cookies',
    headers: { cookie: 'session=1' },
    edge: () => nodeEdge(),
    endpoint: (edge) => ourEndpoint(edge, { cors: { origins: [PAGE], credentials: true } }),
  },
  {
    name: 'an endpoint without now',
    edge: () => nodeEdge(),
    endpoint: (edge) =>
      nodeEndpoint(({ token, urls }) =>
        urls[0]!.startsWith(edge) ? { tokens: [token()] } : new Response(null, { status: 403 }),
      ),
  },
  { name: 'links of a page, signed playlists', hasSecret: true, edge: () => ourEdge({ signPlaylists: true }) },
  {
    name: 'advertisements on an open host',
    edge: () =>
      ourEdge(
        {},
        {
          text: (text) =>
            text.replace(
              '#EXT-X-ENDLIST',
              '#EXT-X-DATERANGE:ID="ad",START-DATE="2026-01-01T00:00:00Z",X-ASSET-URI="https://ads.invalid/a.m3u8"\n#EXT-X-ENDLIST',
            ),
        },
      ),
    endpoint: ourEndpoint,
  },
  {
    name: 'tokens in the path, of an endpoint',
    edge: () => ourEdge({ format: inPath }),
    endpoint: (edge) => ourEndpoint(edge, { format: inPath }),
  },
  {
    name: 'tokens in the path, and the secret',
    hasSecret: true,
    format: inPath,
    edge: () => ourEdge({ format: inPath }),
  },
  {
    name: 'a signed URL with its token in the path',
    isSigned: 'for a minute',
    format: inPath,
    edge: () => ourEdge({ format: inPath }),
  },
  {
    name: 'tokens in cookies',
    headers: { cookie: 'session=1' },
    edge: () => ourEdge({ format: inCookies, cors: { origins: [PAGE], credentials: true } }),
    endpoint: (edge) => ourEndpoint(edge, { format: inCookies, cors: { origins: [PAGE], credentials: true } }),
  },
  {
    name: 'a signed URL of KeyCDN, an MP4',
    path: '/vod/7/film.mp4',
    isSigned: 'for a minute',
    format: ofUrls,
    edge: () => ourEdge({ format: ofUrls }),
  },
  {
    name: 'a signed URL that has expired',
    path: '/vod/7/film.mp4',
    isSigned: 'a minute ago',
    format: ofUrls,
    edge: () => ourEdge({ format: ofUrls }),
  },
  {
    name: 'an edge that sends who has no token to a log-in page of its own',
    edge: () =>
      changed(nodeEdge(), (response, { url }) =>
        url.endsWith('/log-in')
          ? new Response('<form>')
          : isRefusal(response)
            ? withHeaders(response, { location: '/log-in' }, 302)
            : response,
      ),
    endpoint: soundEndpoint,
  },
];
