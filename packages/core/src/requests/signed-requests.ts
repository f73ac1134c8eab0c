import { BoundedMap } from '../bounded-map.ts';
import type { SignedRequest, TokenSource } from '../contract/token-source.ts';
import { resolveUrl } from '../url-text.ts';

/** A signed request that has just been handed to a player. The values of headers and cookies are not kept. */
interface CarriedToken {
  /** The session of the source that has signed the request. */
  readonly session: string;
  readonly headers: readonly string[];
  readonly credentials: boolean;
}

/** The number of remembered requests. Adapters send signed requests at once, so it is one of the last. */
const REMEMBERED = 200;

/** The key of the map that all copies of core share: each script file contains a copy. */
const CARRIED = Symbol.for('secure-token:carried');

/**
 * Returns the last signed requests in the page, by the signed URL, so that a token worker and the page do not sign one
 * request twice. Creates the map at its first use: an import has no side effect.
 */
function carriedTokens(): Map<string, CarriedToken> {
  const page = globalThis as { [CARRIED]?: Map<string, CarriedToken> };
  // absent before the first use
  return (page[CARRIED] ??= new BoundedMap<string, CarriedToken>(REMEMBERED));
}

/** Notes that a request is handed to a player. */
export function noteSigned({ url, headers, credentials, unsignedUrl }: SignedRequest, session: string): void {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  // a token without a carrier shows nowhere
  if (url === unsignedUrl && !names.length && !credentials) return;
  carriedTokens().set(url, { session, headers: names, credentials });
}

/** A request as it is sent, without the values of its headers: the token worker shows it to all pages of a site. */
export interface SentRequest {
  readonly url: string;
  /** The names of its headers, in lower case. */
  readonly headers: readonly string[];
  /** Whether the browser sends cookies with the request. */
  readonly credentials: boolean;
}

// the global object of a page or a worker; a server has no `location`
const realm = globalThis as { location?: Location };

/** Converts a request of a script to the form that `carriesToken` takes. */
export const sentRequest = ({ url, headers, credentials }: Request): SentRequest => ({
  url,
  headers: [...headers.keys()],
  credentials:
    credentials === 'include' || (credentials === 'same-origin' && new URL(url).origin === realm.location?.origin),
});

/** Whether `sent` has the path and all parameters of `signed`: adapters may add parameters. */
function contains(sent: string, signed: string): boolean {
  const [path, query = ''] = signed.split('?', 2) as [string, string?];
  const [sentPath, sentQuery = ''] = sent.split('?', 2) as [string, string?];
  const parameters = new Set(sentQuery.split('&'));
  return path === sentPath && query.split('&').every((parameter) => !parameter || parameters.has(parameter));
}

/**
 * Whether a token source in this page has just signed a request: in the query, the path or the headers, or with a
 * cookie, unless that is a cookie of `asking`. Such a request belongs to that source: no other code signs it or sends
 * it again.
 */
export function carriesToken({ url, headers, credentials }: SentRequest, asking: TokenSource | undefined): boolean {
  const sent = resolveUrl(url);
  return [...carriedTokens()].some(([signed, carried]) => {
    const isOwn = carried.session === asking?.session;
    const isVisible = carried.headers.length > 0 || !carried.credentials;
    return (
      (isVisible || !isOwn) &&
      carried.headers.every((name) => headers.includes(name)) &&
      (!carried.credentials || credentials) &&
      contains(sent, resolveUrl(signed))
    );
  });
}
