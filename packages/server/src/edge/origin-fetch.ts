import { optionsError } from '../errors/options-error.ts';
import { withoutCookies } from '../http/cookies.ts';
import { dropHopByHop, passedOn } from '../http/passed-on.ts';
import type { TokenFormat } from '../token/token-format.ts';
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
 * judged: all that end with the word for a path, a host or a method (`X-Original-URL` of IIS and Symfony,
 * `X-Matched-Path` of Next.js, `Script-Name` and `Path-Info` of WSGI, `X-HTTP-Method-Override` of Rack and Express,
 * `X-Forwarded-Host`, `Disguised-Host` of Azure, and those of servers that nobody here knows), `Forwarded` (RFC 7239),
 * two of Rack; and headers about a body, which the edge does not forward.
 */
const dropped =
  /(?:^|-)(?:ur[il]|path|path-?base|path-info|prefix|script-name|host|server|method)(?:-override)?$|^(?:forwarded|x-sendfile-type|x-accel-mapping|content-length|expect)$/;

/**
 * Returns the request that the origin gets: with the URL that was judged, and with no header or cookie that may carry a
 * token of the format, or that is in `dropped`.
 */
export function withoutToken(
  request: Request,
  url: string,
  { headers: ofToken = [], cookies = [] }: Pick<TokenFormat, 'headers' | 'cookies'>,
): Request {
  const headers = new Headers(request.headers);
  dropHopByHop(headers);
  // PHP and WSGI read `_` in the name of a header as `-` (gunicorn reads SCRIPT_NAME). The CGI of lighttpd reads any
  // other character as `-`.
  for (const name of [...headers.keys()]) if (dropped.test(name.replace(/[^a-z\d]/g, '-'))) headers.delete(name);
  for (const name of ofToken) headers.delete(name);
  const cookie = withoutCookies(headers.get('Cookie') ?? '', cookies);
  if (cookie) headers.set('Cookie', cookie);
  else headers.delete('Cookie');
  const referer = headers.get('Referer');
  if (referer !== null) setReferer(headers, referer, request.url);
  // The rules have judged this host, and a client may name another one (RFC 9112 section 3.2.2).
  headers.set('Host', new URL(url).host);
  // `fetch` would decode a compressed body, and the edge cannot sign a playlist that it cannot read.
  headers.set('Accept-Encoding', 'identity');
  return new Request(url, { method: request.method, headers, signal: request.signal });
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
