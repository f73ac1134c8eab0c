import type { SignedRequest } from 'secure-token-core';
import type { FetchEventLike } from './worker-scope.ts';

/** Returns the options that send a whole request to the edge: as the page has made it, but for the token. */
export function wholeRequest({ request }: FetchEventLike, { headers, credentials }: SignedRequest): RequestInit {
  // eslint-disable-next-line browsers/floor -- without `keepalive` it is not set
  const { method, mode, redirect, referrer, referrerPolicy, integrity, keepalive, signal } = request;
  const all = new Headers(request.headers);
  for (const [name, value] of Object.entries(headers)) all.set(name, value);
  return {
    method,
    headers: all,
    // a request in `no-cors` mode cannot have the headers of a token
    mode: mode === 'no-cors' && Object.keys(headers).length ? 'cors' : mode,
    credentials: credentials ? 'include' : request.credentials,
    cache: request.cache,
    redirect,
    referrer,
    referrerPolicy,
    integrity,
    keepalive,
    signal,
  };
}
