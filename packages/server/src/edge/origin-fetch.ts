import { optionsError } from '../errors/options-error.ts';
import { passedOn } from '../http/passed-on.ts';
import { parsedUrl } from '../url/parsed-url.ts';

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
