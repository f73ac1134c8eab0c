import { canonicalHref } from './canonical-url.ts';
import { optionsError } from './options-error.ts';
import { Problem } from './problem.ts';

/**
 * What a viewer may have: everything, nothing (403), everything except `denied`, for `ttl` seconds; or a `Response` that is
 * sent as it is, such as a 401 with `WWW-Authenticate`. A denied URL without a query is denied with any query.
 */
export type Grant = boolean | { denied?: readonly string[]; ttl?: number } | Response;

interface Permission {
  readonly isDenied: (url: URL) => boolean;
  /** Seconds. */
  readonly ttl: number;
}

/**
 * @throws `Problem` 403 for `false`, and for whatever a hook without types returned instead of a grant; `ERR_OPTIONS` for a
 * `ttl` that is no lifetime
 */
export function readGrant(grant: Exclude<Grant, Response>, defaultTtl: number): Permission {
  // A list, a map, a `Response` of another library or a misspelt field says something, and not that all may be had.
  const isObject =
    Object.prototype.toString.call(grant) === '[object Object]' &&
    Object.keys(grant).every((name) => name === 'denied' || name === 'ttl');
  if (grant !== true && !isObject) throw new Problem(403, 'This viewer may have none of these URLs.');
  const { denied = [], ttl = defaultTtl } = typeof grant === 'object' ? grant : {};
  if (!(ttl >= 1)) throw optionsError('ttl from authorize', 'return seconds, at least 1');
  const hrefs = new Set(denied.map((url) => (URL.canParse(url) ? canonicalHref(new URL(url)) : url)));
  const isDenied = (url: URL): boolean => {
    const href = canonicalHref(url);
    return hrefs.has(href) || hrefs.has(href.replace(/\?.*/, ''));
  };
  return { isDenied, ttl };
}
