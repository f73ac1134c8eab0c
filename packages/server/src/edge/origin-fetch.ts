import { optionsError } from '../errors/options-error.ts';
import { withoutCookies } from '../http/cookies.ts';
import { dropHopByHop, passedOn } from '../http/passed-on.ts';
import type { GrantedVerdict } from '../token/verdict.ts';
import { parsedUrl } from '../url/judged-url.ts';

/** The server behind the edge: its base URL, or a function that answers requests. */
export type Origin = string | URL | ((request: Request) => Response | Promise<Response>);

/**
 * Returns a function that sends a request to the origin. With a base URL, the path of the request follows the path of
 * the base, and redirects go back to the viewer. The headers of the response can be changed, and describe its body
 * (`passedOn`).
 *
 * @throws `ERR_OPTIONS` for a base that is not an absolute http(s) URL or has a query
 */
export function originFetch(origin: Origin): (request: Request) => Promise<Response> {
  const ask = typeof origin === 'function' ? origin : fetchBelow(origin);
  return async (request) => passedOn(await ask(request));
}

function fetchBelow(origin: string | URL): (request: Request) => Promise<Response> {
  const base = parsedUrl(String(origin));
  if (!base || !/^https?:$/.test(base.protocol) || base.search || base.hash) {
    throw optionsError(
      'origin',
      'Give an http or https base URL without a query, such as https://origin.example.com/, or a function.',
      origin,
    );
  }
  const root = base.origin + base.pathname.replace(/\/$/, '');
  return ({ url, method, headers: sent, signal }) => {
    const { pathname, search } = new URL(url);
    const headers = new Headers(sent);
    // `fetch` sends the host of the base URL.
    headers.delete('Host');
    return fetch(root + pathname + search, { method, headers, redirect: 'manual', signal });
  };
}

/**
 * Headers by which a viewer could make an origin serve another path or host, or do another thing, than the edge has
 * judged; and headers about a body, which the edge does not forward. IIS and Symfony read the first ones; Next.js and
 * Astro read `x-matched-path` and the two after it; WSGI servers read those with `script-name` and `path-info`; Rack
 * reads `x-sendfile-type` and `x-accel-mapping`; Rack, Express and Spring filters read those about the method. Most
 * frameworks read the host from `x-forwarded-host`, some from `forwarded` (RFC 7239). The other headers about a host
 * belong to Azure (`x-original-host`, `disguised-host`), Envoy, Apache (`x-forwarded-server`) and older filters.
 */
const dropped = new Set([
  'x-original-url',
  'x-original-uri',
  'x-rewrite-url',
  'x-rewrite-uri',
  'x-override-url',
  'x-forwarded-uri',
  'x-forwarded-url',
  'x-forwarded-path',
  'x-forwarded-pathbase',
  'x-forwarded-prefix',
  'x-ms-original-url',
  'x-matched-path',
  'x-invoke-path',
  'x-astro-path',
  'x-envoy-original-path',
  'x-waws-unencoded-url',
  'script-name',
  'x-script-name',
  'x-forwarded-script-name',
  'path-info',
  'x-sendfile-type',
  'x-accel-mapping',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-forwarded-host',
  'forwarded',
  'x-original-host',
  'x-host',
  'x-forwarded-server',
  'x-http-host-override',
  'x-envoy-original-host',
  'disguised-host',
  'content-length',
  'expect',
]);

/** Returns the headers of `request` that the origin gets: none that carried the token, and none of `dropped`. */
export function forwardedHeaders(request: Request, carriers: GrantedVerdict['carriers'] = {}): Headers {
  const headers = new Headers(request.headers);
  dropHopByHop(headers);
  // PHP and WSGI read `_` in the name of a header as `-` (gunicorn reads SCRIPT_NAME). The CGI of lighttpd reads any
  // other character as `-`.
  for (const name of [...headers.keys()]) if (dropped.has(name.replace(/[^a-z\d]/g, '-'))) headers.delete(name);
  for (const name of carriers.headers ?? []) headers.delete(name);
  const cookie = carriers.cookies && withoutCookies(headers.get('Cookie') ?? '', carriers.cookies);
  if (cookie) headers.set('Cookie', cookie);
  else if (carriers.cookies) headers.delete('Cookie');
  const referer = headers.get('Referer');
  if (referer !== null) setReferer(headers, referer, request.url);
  return headers;
}

/**
 * Reduces a `Referer` to its origin, as the nginx files do: a page that a token has opened may send its URL with that
 * token, on any host on which the token is valid. A `Referer` may be relative (RFC 9110 section 10.1.3).
 */
function setReferer(headers: Headers, referer: string, asked: string): void {
  const from = parsedUrl(referer, asked);
  if (from?.host) headers.set('Referer', `${from.protocol}//${from.host}/`);
  else headers.delete('Referer');
}
