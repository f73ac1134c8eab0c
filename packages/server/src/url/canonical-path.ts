import { decodeOnce } from './decode-once.ts';

/** The form in which a path is hashed: percent-decoded once (nginx `$uri`), or as it is written in the URL. */
export type PathForm = 'decoded' | 'raw';

/**
 * Returns the one form of a path that is hashed and forwarded, or `undefined` for a path that two servers could read in
 * two ways: malformed escapes, invalid UTF-8, `%00` and other control characters (an MD5 length extension needs them),
 * `%2F`, a backslash in any spelling, `//`, dot segments, and `/..;/`, which Java servers read as a dot segment.
 *
 * `URL` has already resolved dot segments (`..`, `%2e%2e`) and turned `\` into `/` before any code sees the path, so a
 * request for `/a/../b` arrives, is checked and is forwarded as `/b`, as in nginx.
 */
export function canonicalPath(pathname: string, form: PathForm): string | undefined {
  if (plainPath.test(pathname)) return pathname;
  if (!pathname.startsWith('/') || pathname.includes('//') || /%2f/i.test(pathname)) return undefined;
  const decoded = decodeOnce(pathname);
  if (decoded === undefined || /[\p{Cc}\\]|\/\.\.?(?:[;/]|$)/u.test(decoded)) return undefined;
  return form === 'raw' ? pathname : decoded;
}

/** Names of letters, digits and `-._~` that do not begin with a dot: most paths. They are canonical in both forms. */
const plainPath = /^(?:\/[\w~-][\w.~-]*)+\/?$/;

/**
 * Returns a canonical path as it is written into a URL. In the form `decoded`, `encodePath(canonicalPath(p))` gives
 * each path exactly one spelling.
 */
export function encodePath(path: string, form: PathForm): string {
  return form === 'raw' || /^[\w\-./~]*$/.test(path) ? path : encodeURI(path).replace(/[?#]/g, encodeURIComponent);
}
