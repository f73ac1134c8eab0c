import { optionsError } from '../errors/options-error.ts';
import { parsedUrl } from '../url/parsed-url.ts';

/** The server behind the edge: its base URL, or a function that answers. */
export type Origin = string | URL | ((request: Request) => Response | Promise<Response>);

/**
 * They belong to one connection (RFC 9110 section 7.6.1) and mean nothing to the next, as do those `Connection` names.
 */
const hopByHop = [
  'Connection',
  'Keep-Alive',
  'Proxy-Authenticate',
  'Proxy-Authorization',
  'Proxy-Connection',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
];

/**
 * Sends a request on. With a base URL, the path is put behind that of the base; redirects go back to the viewer.
 *
 * @throws `ERR_OPTIONS` for a base that is no absolute http(s) URL or has a query
 */
export function originFetch(origin: Origin): (request: Request) => Promise<Response> {
  if (typeof origin === 'function') return async (request) => origin(request);
  const base = parsedUrl(String(origin));
  if (!base || !/^https?:$/.test(base.protocol) || base.search || base.hash) {
    throw optionsError(
      'origin',
      'Give an http or https base URL without a query, such as https://origin.example.com/, or a function.',
      origin,
    );
  }
  const root = base.origin + base.pathname.replace(/\/$/, '');
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    dropHopByHop(headers);
    headers.delete('Host');
    // `fetch` would decode a compressed body and leave the length of the compressed one beside it.
    headers.set('Accept-Encoding', 'identity');
    const init = { method: request.method, headers, redirect: 'manual', signal: request.signal } as const;
    return withoutConnection(await fetch(root + pathname + search, init));
  };
}

function dropHopByHop(headers: Headers): void {
  const named = (headers.get('Connection') ?? '').split(',').map((name) => name.trim());
  for (const name of [...hopByHop, ...named.filter((each) => /^[\w-]+$/.test(each))]) headers.delete(name);
}

function withoutConnection(response: Response): Response {
  const headers = new Headers(response.headers);
  dropHopByHop(headers);
  if (headers.has('Content-Encoding')) {
    headers.delete('Content-Encoding');
    headers.delete('Content-Length');
  }
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
