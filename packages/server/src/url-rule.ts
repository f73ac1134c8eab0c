import { optionsError } from './options-error.ts';

/**
 * Which URLs: a prefix on a `/` border, of the path (`/vod/`) or of the whole URL (`https://cdn.example.com/vod/`), a
 * pattern for the URL without its query, or a function. Of a whole URL, scheme and port are not compared: behind a proxy
 * that ends TLS, requests arrive with others.
 */
export type UrlRule = string | RegExp | ((url: URL) => boolean);

/**
 * Whether any rule fits a URL that is already in canonical form; without rules, every URL fits. Paths are compared case by
 * case: in front of an origin that ignores case, protect everything.
 *
 * @throws `ERR_OPTIONS` for a string that is neither a path nor an absolute URL, and for an empty list
 */
export function urlRules(rules: UrlRule | readonly UrlRule[] | undefined): (url: URL) => boolean {
  if (rules === undefined) return () => true;
  const tests = [rules].flat().map((rule) => {
    if (typeof rule === 'function') return rule;
    // `search` ignores the `lastIndex` that a /g or /y pattern would carry from one request to the next.
    if (rule instanceof RegExp) return (url: URL) => (url.origin + url.pathname).search(rule) >= 0;
    if (!rule.startsWith('/') && !URL.canParse(rule)) {
      throw optionsError('protect', `"${rule}" is neither a path such as /vod/ nor an absolute URL`);
    }
    const { hostname, pathname } = new URL(rule, 'http://any');
    const prefix = pathname.replace(/\/$/, '');
    return (url: URL) =>
      (rule.startsWith('/') || withoutDot(url.hostname) === withoutDot(hostname)) &&
      // A Java server takes `/vod;x/` for `/vod/`, and `/;/vod/` too.
      [url.pathname, url.pathname.replace(/;[^/]*/g, '').replace(/\/+/g, '/')].some((path) => `${path}/`.startsWith(`${prefix}/`));
  });
  if (tests.length === 0)
    throw optionsError('protect', 'leave it out to protect everything; an empty list protects nothing');
  return (url) => tests.some((test) => test(url));
}

/** `cdn.example.com.` is the same host to DNS and to the certificate. */
const withoutDot = (hostname: string): string => hostname.replace(/\.$/, '');
