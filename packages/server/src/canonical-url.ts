import { canonicalPath, encodePath } from './canonical-path.ts';

/**
 * Origin and path of a URL in one spelling, for comparing with prefixes and rules: `/%76od/` is `/vod/`. `undefined` for
 * the paths that `canonicalPath` refuses, and for a URL with a user name or a password.
 */
export function canonicalUrl(url: URL): string | undefined {
  const path = canonicalPath(url.pathname, 'decoded');
  return path === undefined || url.username || url.password ? undefined : url.origin + encodePath(path, 'decoded');
}

/** With the query as it stands; the `href` of a URL that has no canonical form. */
export function canonicalHref(url: URL): string {
  const canonical = canonicalUrl(url);
  return canonical === undefined ? url.href : canonical + url.search;
}
