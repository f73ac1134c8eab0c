import { azion } from '../../packages/server/src/index.ts';
import { inHeader, inCookies } from './doctor-case.ts';
import type { SetUp } from './doctor-case.ts';
import {
  PAGE,
  SECRET,
  cacheInFront,
  changed,
  isRefusal,
  nodeEdge,
  ourEdge,
  ourEndpoint,
  soundEndpoint,
  withHeaders,
} from './doctor-setups.ts';

/** Set-ups with a fault of the edge. */
export const edgeSabotages: readonly SetUp[] = [
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
    name: 'Node edge that checks nothing, in front of a store that refuses what is not there',
    code: 'edge-open',
    edge: () =>
      changed(nodeEdge({ open: () => true }), (response) =>
        response.status === 404 ? withHeaders(response, {}, 403) : response,
      ),
    endpoint: soundEndpoint,
  },
  {
    name: 'our edge with another secret',
    code: 'edge-refuses-valid',
    edge: () => ourEdge({ format: azion({ secret: 'another', depth: 2 }) }),
    endpoint: ourEndpoint,
  },
  {
    name: 'our edge that takes tokens of one path, of an endpoint that signs folders',
    code: 'edge-refuses-valid',
    edge: () => ourEdge({ format: azion({ secret: SECRET }) }),
    endpoint: ourEndpoint,
  },
  {
    name: 'Node edge, and the doctor has a wrong secret',
    code: 'edge-refuses-valid',
    hasSecret: true,
    format: azion({ secret: 'another', depth: 2 }),
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
    name: 'the same to a token of the endpoint, where the secret is given',
    code: 'edge-clock',
    hasSecret: true,
    edge: () => nodeEdge({ clockOffset: 7200, statusOf: () => 403 }),
    endpoint: soundEndpoint,
  },
  {
    name: 'Node edge that counts from a clock two hours behind',
    code: 'edge-clock',
    hasSecret: true,
    edge: () => nodeEdge({ clockOffset: -7200 }),
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
    format: azion({ secret: 'another' }),
    edge: () => nodeEdge(),
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
    code: 'edge-cors-missing',
    hasSecret: true,
    format: inHeader,
    edge: () =>
      changed(ourEdge({ format: inHeader }), (response, { method }) =>
        method === 'OPTIONS' ? withHeaders(response, {}, 403) : response,
      ),
  },
  {
    name: 'token in a header that no preflight allows',
    code: 'edge-cors-missing',
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
    name: 'the same, which was asked before the doctor came, and says nothing of it',
    code: 'edge-caches-across-tokens',
    edge: () => nodeEdge({ open: (path) => path.endsWith('/master.m3u8') }),
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
    code: 'edge-fails',
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
    code: 'edge-fails',
    edge: () =>
      changed(nodeEdge(), (response) =>
        isRefusal(response) ? withHeaders(response, { location: 'https://login.example.com/' }, 302) : response,
      ),
    endpoint: soundEndpoint,
  },
  {
    name: 'tokens in cookies, and an edge that lets no page send them',
    code: 'edge-cors-missing',
    headers: { cookie: 'session=1' },
    edge: () => ourEdge({ format: inCookies }),
    endpoint: (edge) => ourEndpoint(edge, { format: inCookies, cors: { origins: [PAGE], credentials: true } }),
  },
];
