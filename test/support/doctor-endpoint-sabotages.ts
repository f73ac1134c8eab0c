import { azion } from '../../packages/server/src/index.ts';
import type { SetUp } from './doctor-case.ts';
import { PAGE, SECRET, changed, nodeEdge, nodeEndpoint, ourEdge, ourEndpoint, soundEndpoint } from './doctor-setups.ts';

/** Set-ups with a fault of the endpoint. */
export const endpointSabotages: readonly SetUp[] = [
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
    code: 'endpoint-fails',
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
    code: 'endpoint-cors-missing',
    edge: () => nodeEdge(),
    endpoint: (edge) =>
      soundEndpoint(edge, { 'access-control-allow-origin': '*', 'access-control-allow-credentials': 'true' }),
  },
  {
    name: 'a session cookie, and a wildcard',
    code: 'endpoint-cors-missing',
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
      ourEndpoint(edge, { ttl: 2_592_000, format: azion({ secret: SECRET, depth: 2, maxTtl: Infinity }) }),
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
    code: 'endpoint-fails',
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
];
