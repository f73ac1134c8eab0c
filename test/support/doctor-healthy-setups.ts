import { edgeAuth, azion } from '../../packages/server/src/index.ts';
import { hexKey, inHeader, inPath, inCookies, ofUrls } from './doctor-case.ts';
import type { SetUp } from './doctor-case.ts';
import {
  PAGE,
  SECRET,
  changed,
  isRefusal,
  nodeEdge,
  nodeEndpoint,
  ourEdge,
  ourEndpoint,
  soundEndpoint,
  withHeaders,
} from './doctor-setups.ts';

/** Set-ups of different make, with nothing to find. */
export const healthySetUps: readonly SetUp[] = [
  { name: 'our edge and endpoint', edge: () => ourEdge(), endpoint: ourEndpoint },
  { name: 'our edge and endpoint, and the secret', hasSecret: true, edge: () => ourEdge(), endpoint: ourEndpoint },
  { name: 'our edge, the secret alone', hasSecret: true, edge: () => ourEdge() },
  {
    name: 'our edge, a token for each URL',
    hasSecret: true,
    format: azion({ secret: SECRET }),
    edge: () => ourEdge({ format: azion({ secret: SECRET }) }),
  },
  {
    name: 'our edge, a token for each URL, of the endpoint',
    edge: () => ourEdge({ format: azion({ secret: SECRET }) }),
    endpoint: (edge) => ourEndpoint(edge, { format: azion({ secret: SECRET }) }),
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
