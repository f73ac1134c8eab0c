import { azion, bunny, cloudFront, edgeAuth, secureLink, secureLinkLayouts } from '../../packages/server/src/index.ts';
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
import { hexKey, rsaKey } from './format-samples.ts';

/** Servers that a doctor is called to. */
export interface SetUp {
  /** @default `nodeEdge()` */
  readonly edge?: (other: string) => Server;
  readonly endpoint?: (edge: string) => Server;
  /** A second origin, whose address `edge` gets. */
  readonly other?: () => Server;
  /** @default the film's multivariant playlist */
  readonly path?: string;
  /** Whether the doctor gets the secret. */
  readonly hasSecret?: true;
  readonly headers?: Record<string, string>;
  /** @default that of Azion, for folders */
  readonly format?: VerifyingTokenFormat;
  /** The doctor gets a signed URL that lives so many seconds, and no secret. */
  readonly signedFor?: number;
  /** Server at which nobody listens. */
  readonly isDown?: 'edge' | 'endpoint';
}

const MP4 = '/vod/7/film.mp4';
const inHeader = edgeAuth({ key: hexKey, carrier: 'header', param: 'x-token', depth: 2 });
const inPath = bunny({ secret: SECRET, depth: 2 });
const inCookies = cloudFront({ keys: [{ id: 'K', privateKey: rsaKey }], depth: 2 });
const ofUrls = secureLink({ secret: SECRET, ...secureLinkLayouts.keyCdn });
const ofPaths = azion({ secret: SECRET });
const other = azion({ secret: 'another', depth: 2 });

const isMedia = (path: string): boolean => /\.(?:mp4|m4s)$/.test(path);
/** Changes what an edge that is right answers to these requests. */
const edgeThat = (
  isMeant: (response: Response, request: Request) => boolean,
  change: Record<string, string | null>,
  status?: number,
): Server =>
  changed(nodeEdge(), (response, request) =>
    isMeant(response, request) ? withHeaders(response, change, status) : response,
  );
const cookies = { cookie: 'session=1' };
const credentialed = { cors: { origins: [PAGE], credentials: true } };
const segmentsAt = (host: string) => (text: string) => text.replace(/^(\w+\.m4s)$/gm, `${host}/vod/7/$1`);
const sentBy = (answer: Parameters<typeof nodeEndpoint>[0]) => () => nodeEndpoint(answer);
const forbidden = (): Response => new Response(null, { status: 403 });

/** Set-ups with one fault each, and the code that is first in the list. */
export const faulty: readonly (readonly [code: Code, fault: string, setUp: SetUp])[] = [
  ['edge-unreachable', 'nobody listens', { isDown: 'edge', endpoint: soundEndpoint }],
  ['edge-open', 'rules do not cover the film', { edge: () => ourEdge({ protect: '/live/' }), endpoint: ourEndpoint }],
  [
    'edge-open',
    'nothing is checked, in front of a store that refuses what is not there',
    {
      edge: () => changed(nodeEdge({ open: () => true }), (it) => (it.status === 404 ? withHeaders(it, {}, 403) : it)),
      endpoint: soundEndpoint,
    },
  ],
  ['edge-refuses-valid', 'another secret', { edge: () => ourEdge({ format: other }), endpoint: ourEndpoint }],
  [
    'edge-refuses-valid',
    'tokens of one path, and an endpoint that signs folders',
    { edge: () => ourEdge({ format: ofPaths }), endpoint: ourEndpoint },
  ],
  ['edge-refuses-valid', 'the secret that was given is wrong', { hasSecret: true, format: other }],
  ['edge-refuses-valid', 'a signed URL of another secret', { signedFor: 60, format: other }],
  [
    'edge-accepts-tampered',
    'no signature is compared',
    { edge: () => nodeEdge({ checksSignature: false }), endpoint: soundEndpoint },
  ],
  [
    'edge-accepts-expired',
    'no expiry is compared',
    { hasSecret: true, edge: () => nodeEdge({ checksExpiry: false }), endpoint: soundEndpoint },
  ],
  [
    'edge-accepts-expired',
    'no expiry is compared, and the signed URL has expired',
    { signedFor: -60, edge: () => nodeEdge({ checksExpiry: false }) },
  ],
  [
    'edge-clock',
    'an hour ahead',
    { edge: () => ourEdge({ clock: () => Date.now() + 3_600_000 }), endpoint: ourEndpoint },
  ],
  [
    'edge-clock',
    'ahead, with the right date',
    { edge: () => nodeEdge({ clockOffset: 7200 }), endpoint: soundEndpoint },
  ],
  [
    'edge-clock',
    'ahead, with the right date and a 403',
    { hasSecret: true, edge: () => nodeEdge({ clockOffset: 7200, statusOfExpired: 403 }), endpoint: soundEndpoint },
  ],
  ['edge-clock', 'behind, with the right date', { hasSecret: true, edge: () => nodeEdge({ clockOffset: -7200 }) }],
  ['edge-cors-missing', 'no CORS', { edge: () => nodeEdge({ cors: {} }), endpoint: soundEndpoint }],
  [
    'edge-cors-missing',
    'edge and origin both send CORS',
    { hasSecret: true, edge: () => nodeEdge({ cors: { 'access-control-allow-origin': `*, ${PAGE}` } }) },
  ],
  [
    'edge-cors-missing',
    'no CORS for segments',
    {
      edge: () => edgeThat((_, { url }) => url.includes('.m4s'), { 'access-control-allow-origin': null }),
      endpoint: soundEndpoint,
    },
  ],
  [
    'edge-cors-missing',
    'no preflight allows the header of the token',
    {
      edge: () =>
        changed(ourEdge({ format: inHeader }), (it) => withHeaders(it, { 'access-control-allow-headers': 'range' })),
      endpoint: (edge) => ourEndpoint(edge, { format: inHeader }),
    },
  ],
  [
    'edge-cors-missing',
    'no page may send the cookies of the token',
    {
      headers: cookies,
      edge: () => ourEdge({ format: inCookies }),
      endpoint: (edge) => ourEndpoint(edge, { format: inCookies, ...credentialed }),
    },
  ],
  [
    'edge-cors-missing-on-refusal',
    'no CORS on refusals, and no token at hand',
    { edge: () => nodeEdge({ corsOnRefusals: false }) },
  ],
  [
    'edge-caches-refusals',
    'refusals have max-age',
    {
      edge: () => nodeEdge({ refusalHeaders: { 'cache-control': 'public, max-age=300' } }),
      endpoint: soundEndpoint,
    },
  ],
  [
    'edge-caches-refusals',
    'a cache in front keeps refusals, and does not say so',
    { edge: () => cacheInFront(nodeEdge(), isRefusal), endpoint: soundEndpoint },
  ],
  [
    'edge-caches-across-tokens',
    'a cache in front of the check',
    { edge: () => cacheInFront(nodeEdge(), ({ ok }) => ok), endpoint: soundEndpoint },
  ],
  [
    'edge-caches-across-tokens',
    'the same, which had the file before, and does not say so',
    { edge: () => nodeEdge({ open: (path) => path.endsWith('/master.m3u8') }), endpoint: soundEndpoint },
  ],
  [
    'edge-fails',
    'a good token is redirected to another host',
    { edge: () => edgeThat(({ ok }) => ok, { location: 'https://storage.example/a' }, 302), endpoint: soundEndpoint },
  ],

  ['endpoint-unreachable', 'nobody listens', { isDown: 'endpoint', endpoint: soundEndpoint }],
  ['endpoint-fails', '503 of a proxy', { endpoint: () => () => new Response('<h1>503</h1>', { status: 503 }) }],
  [
    'endpoint-fails',
    'a redirect',
    { endpoint: sentBy(() => new Response(null, { status: 302, headers: { location: '/login' } })) },
  ],
  ['endpoint-not-found', 'a wrong path', { endpoint: () => () => new Response('Cannot POST', { status: 404 }) }],
  [
    'endpoint-not-json',
    'a log-in page',
    {
      endpoint: () => {
        const headers = { 'access-control-allow-origin': PAGE, 'cache-control': 'no-store' };
        return nodeEndpoint(() => new Response('<!doctype html><p>Log in</p>', { headers }));
      },
    },
  ],
  [
    'endpoint-denies',
    'nobody is logged in',
    { endpoint: (edge) => ourEndpoint(edge, { authorize: ({ headers }) => headers.has('authorization') }) },
  ],
  [
    'endpoint-denies',
    '`allow` does not cover the film',
    { endpoint: (edge) => ourEndpoint(edge, { allow: `${edge}/live/` }) },
  ],
  ['endpoint-denies', '`denied`', { endpoint: sentBy(({ now, urls }) => ({ now, tokens: [], denied: urls })) }],
  [
    'endpoint-cors-missing',
    'another page',
    { endpoint: (edge) => ourEndpoint(edge, { cors: { origins: ['https://other.example.com'] } }) },
  ],
  [
    'endpoint-cors-missing',
    'no preflight is answered',
    {
      endpoint: (edge) =>
        changed(soundEndpoint(edge), (it, { method }) => (method === 'OPTIONS' ? withHeaders(it, {}, 401) : it)),
    },
  ],
  [
    'endpoint-cors-missing',
    'a session cookie, and a wildcard',
    { headers: cookies, endpoint: (edge) => soundEndpoint(edge, { 'access-control-allow-origin': '*' }) },
  ],
  [
    'endpoint-cacheable',
    'max-age',
    { endpoint: (edge) => soundEndpoint(edge, { 'cache-control': 'public, max-age=60' }) },
  ],
  [
    'endpoint-milliseconds',
    '`expires`',
    { endpoint: sentBy(({ now, token }) => ({ now, tokens: [{ ...token(), expires: (now + 300) * 1000 }] })) },
  ],
  [
    'endpoint-clock',
    'ten minutes behind',
    { edge: () => ourEdge(), endpoint: (edge) => ourEndpoint(edge, { clock: () => Date.now() - 600_000 }) },
  ],
  ['endpoint-no-token-for-url', 'an empty object', { endpoint: sentBy(() => ({})) }],
  [
    'endpoint-no-carrier',
    'a carrier that is misspelt',
    { endpoint: sentBy(({ now, token }) => ({ now, tokens: [{ ...token(), query: undefined, querry: {} }] })) },
  ],
  ['endpoint-lifetime', 'three seconds', { endpoint: (edge) => soundEndpoint(edge, {}, 3) }],
  [
    'endpoint-lifetime',
    'a month, which the edge refuses',
    {
      edge: () => ourEdge(),
      endpoint: (edge) =>
        ourEndpoint(edge, { ttl: 2_592_000, format: azion({ secret: SECRET, depth: 2, maxTtl: Infinity }) }),
    },
  ],
  ['endpoint-same-token-after-refused', 'the same', { endpoint: (edge) => soundEndpoint(edge, {}, 300) }],
  ['endpoint-signs-anything', 'any host', { endpoint: sentBy(({ now, token }) => ({ now, tokens: [token()] })) }],

  [
    'child-refused',
    'tokens of folders open playlists alone',
    { edge: () => edgeThat((_, { url }) => isMedia(new URL(url).pathname), {}, 403), endpoint: soundEndpoint },
  ],
  [
    'child-refused',
    'the endpoint signs playlists alone',
    {
      edge: () => ourEdge({ format: ofPaths }),
      endpoint: (edge) =>
        ourEndpoint(edge, {
          format: ofPaths,
          authorize: (_, urls) => ({ denied: urls.filter((url) => !url.endsWith('.m3u8')) }),
        }),
    },
  ],
  [
    'child-refused',
    'a signed URL of one file, which is a playlist',
    { signedFor: 60, format: ofUrls, edge: () => ourEdge({ format: ofUrls }) },
  ],
  ['child-open', 'media', { edge: () => nodeEdge({ open: isMedia }), endpoint: soundEndpoint }],
  [
    'child-other-host',
    'segments on another host, which wants tokens',
    { other: () => nodeEdge(), edge: (host) => nodeEdge({ change: segmentsAt(host) }), endpoint: soundEndpoint },
  ],
  [
    'child-other-host',
    'segments on a host that does not answer',
    { edge: () => ourEdge({}, segmentsAt('https://segments.invalid')), endpoint: ourEndpoint },
  ],
];

/** Set-ups with nothing to find. */
export const healthy: readonly (readonly [name: string, setUp: SetUp])[] = [
  ['our edge and endpoint, and the secret', { hasSecret: true, edge: () => ourEdge(), endpoint: ourEndpoint }],
  [
    'a token for each URL',
    {
      edge: () => ourEdge({ format: ofPaths }),
      endpoint: (edge) => ourEndpoint(edge, { format: ofPaths }),
    },
  ],
  [
    'a token for each URL, and the secret',
    { hasSecret: true, format: ofPaths, edge: () => ourEdge({ format: ofPaths }) },
  ],
  [
    'tokens in a header',
    { edge: () => ourEdge({ format: inHeader }), endpoint: (edge) => ourEndpoint(edge, { format: inHeader }) },
  ],
  [
    'tokens in the path',
    { edge: () => ourEdge({ format: inPath }), endpoint: (edge) => ourEndpoint(edge, { format: inPath }) },
  ],
  [
    'a signed URL with its token in the path',
    { signedFor: 60, format: inPath, edge: () => ourEdge({ format: inPath }) },
  ],
  [
    'tokens in cookies',
    {
      headers: cookies,
      edge: () => ourEdge({ format: inCookies, ...credentialed }),
      endpoint: (edge) => ourEndpoint(edge, { format: inCookies, ...credentialed }),
    },
  ],
  ['an edge that lists the page', { edge: () => ourEdge({ cors: { origins: [PAGE] } }), endpoint: ourEndpoint }],
  ['an MP4', { path: MP4, edge: () => ourEdge(), endpoint: ourEndpoint }],
  ['DASH', { path: '/vod/7/manifest.mpd', edge: () => ourEdge(), endpoint: ourEndpoint }],
  ['signed playlists', { hasSecret: true, edge: () => ourEdge({ signPlaylists: true }) }],
  [
    'a signed URL that has expired',
    { path: MP4, signedFor: -60, format: ofUrls, edge: () => ourEdge({ format: ofUrls }) },
  ],
  [
    'an edge that answers 403 to what has expired',
    { hasSecret: true, edge: () => nodeEdge({ statusOfExpired: 403 }), endpoint: soundEndpoint },
  ],
  ['refusals without Cache-Control', { edge: () => nodeEdge({ refusalHeaders: {} }), endpoint: soundEndpoint }],
  [
    'a cache behind the check, whose dates are old',
    {
      edge: () => edgeThat(({ ok }) => ok, { 'x-cache': 'Hit', age: '90', date: new Date(0).toUTCString() }),
      endpoint: soundEndpoint,
    },
  ],
  [
    'a log-in page of its own for who has no token',
    { edge: () => edgeThat(isRefusal, { location: '/log-in' }, 302), endpoint: soundEndpoint },
  ],
  [
    'a session that is given',
    {
      headers: { authorization: 'Bearer of-the-viewer' },
      endpoint: (edge) => ourEndpoint(edge, { authorize: ({ headers }) => headers.has('authorization') }),
    },
  ],
  [
    'an endpoint without `now`',
    {
      endpoint: (edge) =>
        nodeEndpoint(({ token, urls }) => (urls[0]!.startsWith(edge) ? { tokens: [token()] } : forbidden())),
    },
  ],
];
