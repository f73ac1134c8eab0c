import type { SignedRequest } from 'secure-token-core';
import { credentialsMode } from 'secure-token-core/adapter';

type Arguments = Parameters<typeof fetch>;

/** The URL of a request as it was written; empty if `input` is none of what fetch is usually given. */
export function urlOf(input: Arguments[0]): string {
  if (typeof input === 'string') return input;
  // a Request, or else a URL, each maybe of another realm
  const { url, href } = Object(input) as Partial<Request & URL>;
  return url ?? href ?? '';
}

/** Whether it only reads: whatever sends something is none of a player's requests to an edge. */
export function isRead(input: Arguments[0], init?: Arguments[1]): boolean {
  const { method = 'GET' } = Object(input) as Partial<Request>;
  return /^(GET|HEAD)$/i.test(init?.method ?? method) && !init?.body;
}

/** Members that are taken over from a request. A script cannot set the others, or they come with the signature. */
const MEMBERS = [
  'method',
  'mode',
  'redirect',
  'referrer',
  'referrerPolicy',
  'integrity',
  'keepalive',
  'signal',
] as const;

/**
 * Makes the arguments of `fetch` for any URL, in place of `asked` and of `init`, from which it was made. `init` is read
 * at once, for an app may change it; it also has what no Request shows, such as a priority.
 */
export const initOf = (asked: Request, init: RequestInit | undefined): RequestInit => ({
  ...Object.fromEntries(MEMBERS.map((member) => [member, asked[member]])),
  ...init,
});

/** Where the cache has no part in it, or the app wants nothing else, it stays as it was asked for. */
const isCacheChosen = (cache: RequestCache): boolean => cache === 'no-store' || cache === 'only-if-cached';

/** Makes the members that come with the signature of `request`. @param cache of a replay */
export function signedInit(asked: Request, request: SignedRequest, cache: RequestCache | undefined): RequestInit {
  const headers = new Headers(asked.headers);
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, value);
  return {
    headers,
    credentials: request.credentials ? credentialsMode(request) : asked.credentials,
    cache: cache === 'reload' && !isCacheChosen(asked.cache) ? cache : asked.cache,
  };
}
