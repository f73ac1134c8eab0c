import { optionsError } from '../errors/options-error.ts';
import { canonicalPath, encodePath, pathProblem } from './canonical-path.ts';
import { isBelowPath, isHost, judgeUrl, parsedUrl } from './judged-url.ts';
import type { JudgedUrl } from './judged-url.ts';
import { comparedPath } from './scope.ts';
import type { JudgedScope } from './scope.ts';

/**
 * A rule that selects URLs: a prefix on a `/` border, of the path (`/vod/`) or of the whole URL
 * (`https://cdn.example.com/vod/`), a pattern, or a function. Scheme and port are not compared: behind a proxy that ends
 * TLS, requests arrive with another scheme and port. Names are compared in the Unicode form NFC.
 *
 * A pattern is tested with the decoded path, with host and path, and with `https://` or `http://` in front of them. It
 * never sees a query, a port, an escape, or a capital letter in a host. A function gets the canonical URL without its
 * query and its port, once with `https:` and once with `http:`; if it returns nothing, the URL is protected. Both are
 * asked without a `/` at the end of the path, too. They do not know what a server makes of the rest of a path
 * (`/film.mp4/x` may be `/film.mp4`), and S3 takes a `+` for a space: a prefix covers both.
 */
export type UrlRule = string | RegExp | ((url: URL) => boolean);

/**
 * Returns a function that tells whether any rule fits a URL. Without rules, every URL fits. Paths are compared
 * case-sensitively: if the origin ignores case, protect everything.
 *
 * @throws `ERR_OPTIONS` for a text that does not mean what it says (see `urlPrefix`), for a pattern with an escape or
 *   without a first slash, for a value that is not a rule, and for an empty list, which would protect nothing without
 *   telling the author
 */
export function urlRules(rules: UrlRule | readonly UrlRule[] | undefined): (url: JudgedUrl) => boolean {
  if (rules === undefined) return () => true;
  const tests = [rules].flat().map(ruleTest);
  if (tests.length === 0) {
    throw optionsError('protect', 'This is an empty list, which protects nothing. Leave it out to protect everything.');
  }
  return (url) => tests.some((test) => test(url));
}

/**
 * Returns a function that tells whether the path of a URL is `prefix` or below it.
 *
 * @throws `ERR_OPTIONS` for a prefix that does not mean what it says
 */
export function pathRule(prefix: string, option: string): (url: JudgedUrl) => boolean {
  const compared = comparedPath(urlPrefix(prefix, option, anyHost));
  return (url) => isBelowPath(comparedPath(url), compared);
}

/**
 * Returns a function that tells whether everything that a token opens is one of `prefixes` or below one, on a `/`
 * border: `https://cdn.example.com/vod` covers `/vod` and `/vod/7.mp4`, and not `/vodka`. Scheme and port are compared.
 *
 * @throws `ERR_OPTIONS` for an empty list or a prefix that does not mean what it says
 */
export function allowList(prefixes: string | readonly string[]): (scope: JudgedScope) => boolean {
  const list = [prefixes].flat().map((prefix) => urlPrefix(prefix, 'allow'));
  if (list.length === 0) {
    throw optionsError(
      'allow',
      'Give the URL prefixes that may be signed, such as https://cdn.example.com/vod/.',
      list,
    );
  }
  return (scope) => scope.isWithin(list);
}

/**
 * A pattern that can match no URL: with an escape, although paths are decoded; with a path without its first slash
 * (`^vod\/`); or with a host alone (`^cdn\.example\.com$`).
 */
const MATCHES_NOTHING = /%[\da-f]{2}|^\^[\w-]+(?:\\?\/|\$)|^\^(?:[\w-]|\\\.)+\$$/i;

/** The origin of a rule that names no host. */
const anyHost = 'http://any';

function ruleTest(rule: UrlRule): (url: JudgedUrl) => boolean {
  if (typeof rule === 'function') {
    const fits = (url: URL): boolean => {
      const answer: unknown = rule(url);
      return answer === undefined || Boolean(answer);
    };
    return (url) => spellings(url).some(({ origin, path }) => shownUrls(origin, path).some(fits));
  }
  if (isRegExp(rule)) {
    if (MATCHES_NOTHING.test(rule.source)) {
      throw optionsError(
        'protect',
        `${String(rule)} protects nothing: paths are decoded and begin with a slash. Write ^\\/vod\\/ for a path, ` +
          'without escapes such as %20, or a prefix such as https://cdn.example.com/ for a host.',
      );
    }
    // With `/g`, a test would begin where the last one has ended; with `/y`, it would match only at that position.
    const pattern = new RegExp(rule.source, rule.flags.replace(/[gy]/g, ''));
    return (url) =>
      spellings(url).some(({ origin, path }) => ['', url.hostname, origin].some((front) => pattern.test(front + path)));
  }
  const isOfPath = pathRule(rule, 'protect');
  if (rule.startsWith('/')) return isOfPath;
  const { hostname } = urlPrefix(rule, 'protect', anyHost);
  return (url) => url.hostname === hostname && isOfPath(url);
}

/** Whether `rule` is a RegExp of this realm or another. */
function isRegExp(rule: string | RegExp): rule is RegExp {
  return Object.prototype.toString.call(rule) === '[object RegExp]';
}

/** The schemes that a URL may have in front of a proxy, and its decoded path with and without a `/` at its end. */
function spellings({ hostname, path }: JudgedUrl): { origin: string; path: string }[] {
  const composed = path.normalize('NFC');
  const paths = /.\/$/.test(composed) ? [composed, composed.slice(0, -1)] : [composed];
  return ['https://', 'http://'].flatMap((scheme) => paths.map((each) => ({ origin: scheme + hostname, path: each })));
}

/** The URLs that a function gets: the canonical one, and that of the address bar, which leaves brackets as they are. */
function shownUrls(origin: string, path: string): readonly URL[] {
  const inAddressBar = new URL(origin);
  inAddressBar.pathname = path.replaceAll('%', '%25');
  return [new URL(origin + encodePath(path, 'decoded')), inAddressBar];
}

/**
 * Judges a URL prefix from the options. The result protects or allows exactly what the author sees in the prefix; a
 * prefix with another meaning throws.
 *
 * @param text an absolute URL such as `https://cdn.example.com/vod/`, or with `base` also a path such as `/vod/`
 * @param option the name of the option, for the error
 * @param base the origin of a path
 * @throws `ERR_OPTIONS` for a value that is not a prefix, that has more than one reading, that is not in the Unicode form
 *   NFC, or that `URL` would read differently from how it is written: wildcards, a query, dot segments, a malformed
 *   escape, a backslash, a user name, a host that no request has
 */
function urlPrefix(text: unknown, option: string, base?: string): JudgedUrl {
  const example = base === undefined ? 'https://cdn.example.com/vod/' : '/vod/ or https://cdn.example.com/vod/';
  if (typeof text !== 'string') throw optionsError(option, `Give text such as ${example}.`, text);
  const isPrefix = /^https?:\/\/[^/]/i.test(text) || (base !== undefined && /^\/(?!\/)/.test(text));
  const isChanged = /[\p{Cc}\p{Cs}\\*?#]|^\s|\s$|\/(?:\.|%2e){1,2}(?:\/|$)/iu.test(text);
  const url = isPrefix && !isChanged ? parsedUrl(text, base) : undefined;
  const judged = url && judgeUrl(url);
  if (judged?.isComposed && isHost(judged.hostname)) return judged;
  // A user name or a query may be secret, so the error does not quote a text that contains one.
  const quoted = /[@?#]/.test(text) ? 'One of its prefixes' : `"${text}"`;
  const reason = url && !judged ? urlProblem(url) : 'is not a prefix with one meaning';
  throw optionsError(
    option,
    `${quoted} ${reason}. Write it as in ${example}: in Unicode form NFC, without wildcards (a prefix covers all below ` +
      'it), a query, dot segments, backslashes and spaces around it.',
  );
}

/** Says why `judgeUrl` refuses a URL. */
export function urlProblem(url: URL | undefined): string {
  const path = url && canonicalPath(url.pathname, 'decoded');
  const reason = path === undefined ? undefined : pathProblem(path);
  return reason ?? 'has a user name, //, %2F, a backslash, a control character or a % that is not an escape';
}
