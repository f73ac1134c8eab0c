import type { SignedRequest } from 'secure-token-core';
import { fromEntries } from 'secure-token-core/adapter';

type Arguments = Parameters<typeof fetch>;

/** Returns the URL of a request as it was written; empty if `input` is nothing that fetch usually takes. */
export function urlOf(input: Arguments[0]): string {
  if (typeof input === 'string') return input;
  // a Request or a URL, possibly of another realm
  const { url, href } = Object(input) as Partial<Request & URL>;
  return url ?? href ?? '';
}

/** Tells whether a request only reads: a request that sends data is not one of a player to an edge. */
export function isRead(input: Arguments[0], init?: Arguments[1]): boolean {
  const { method = 'GET' } = Object(input) as Partial<Request>;
  return /^(GET|HEAD)$/i.test(init?.method ?? method) && !init?.body;
}

/** The members that are copied from a request. A script cannot set the others, or they come with the signature. */
const MEMBERS = [
  'method',
  'mode',
  'cache',
  'redirect',
  'referrer',
  'referrerPolicy',
  'integrity',
  'keepalive',
  'signal',
] as const;

/**
 * Makes the arguments of `fetch` for any URL, in place of `asked` and of the `init` from which `asked` was made. Reads
 * `init` at once, because an app may change it. `init` also has members that a Request does not show, such as a
 * priority.
 */
export const initOf = (asked: Request, init: RequestInit | undefined): RequestInit => ({
  ...fromEntries(MEMBERS.map((member) => [member, asked[member]])),
  ...init,
});

/** Makes the members that come with the signature of `request`. */
export function signedInit(asked: Request, request: SignedRequest): RequestInit {
  const headers = new Headers(asked.headers);
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, value);
  return { headers, credentials: request.credentials ? 'include' : asked.credentials };
}
