import { BoundedMap } from './bounded-map.ts';
import type { SignedRequest, TokenSource } from './token-source.ts';
import { resolveUrl } from './url-text.ts';

/** Whether a source other than `asking` has signed the request of this URL and these headers. */
type IsSigned = (url: string, headers: Headers, asking: object) => boolean;

interface Signed {
  readonly headers: SignedRequest['headers'];
  readonly by: object;
}

/** Adapters send what they have signed at once: a request that comes by is one of the last. */
const REMEMBERED = 200;

/** Each script file has a copy of core inside: each answers for its own sources, and shows its tokens to nobody. */
const COPIES = Symbol.for('secure-token:is-signed');

const requests = new BoundedMap<string, Signed>(REMEMBERED);

const isSignedHere: IsSigned = (url, headers, asking) => {
  const signed = requests.get(resolveUrl(url));
  return (
    signed !== undefined &&
    signed.by !== asking &&
    Object.entries(signed.headers).every(([name, value]) => headers.get(name) === value)
  );
};

/** In the page; made when the first request is signed, for an import has no side effect. */
function copies(): Set<IsSigned> {
  const page = globalThis as Partial<Record<typeof COPIES, Set<IsSigned>>>;
  const known: Set<IsSigned> | undefined = page[COPIES];
  return known ?? (page[COPIES] = new Set());
}

/** `by` has signed `request`, which goes out now. A cookie cannot be seen in it, and is sent but once in any case. */
export function noteSigned({ url, headers, unsignedUrl }: SignedRequest, by: object): void {
  if (url === unsignedUrl && !Object.keys(headers).length) return;
  copies().add(isSignedHere);
  requests.set(resolveUrl(url), { headers, by });
}

/**
 * Whether a request carries a token that another source in this page has attached: for adapters that see the requests
 * of other adapters. What `source` itself has signed it signs again without a change.
 */
export const isSignedByAnother = (source: TokenSource, url: string, headers: Headers): boolean =>
  [...copies()].some((isSigned) => isSigned(url, headers, source));
