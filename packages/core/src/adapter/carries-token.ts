import type { TokenSource } from '../contract/token-source.ts';
import { carriedTokens } from '../requests/carried-tokens.ts';
import { resolveUrl } from '../url-text.ts';

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
      Date.now() < carried.until &&
      (isVisible || !isOwn) &&
      carried.headers.every((name) => headers.includes(name)) &&
      (!carried.credentials || credentials) &&
      contains(sent, resolveUrl(signed))
    );
  });
}
