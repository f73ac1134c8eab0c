import { optionsError } from '../errors/options-error.ts';
import { canonicalPath, encodePath, pathProblem } from './canonical-path.ts';
import { hostProblem, isBelowPath, judgeUrl, parsedUrl } from './judged-url.ts';
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

/** A pattern of a path without its first slash (`^vod\/`), or of a host without a path (`^cdn\.example\.com$`). */
const FORGOTTEN_SLASH = /^\^[\w-]+(?:\\?\/|\$)|^\^(?:[\w-]|\\\.)+\$$/;

/** The origin of a rule that names no host. */
const anyHost = 'http://any';

function ruleTest(rule: UrlRule): (url: JudgedUrl) => boolean {
  if (typeof rule === 'function') {
    const fits = (url: URL): boolean => {
      const answer: unknown = rule(url);
      return answer === undefined || Boolean(answer);
    };
    return (url) =>
      spellings(url).some(({ origin, path }) => {
        // The canonical spelling, and that of the address bar, which leaves brackets as they are.
        const inAddressBar = new URL(origin);
        inAddressBar.pathname = path.replaceAll('%', '%25');
        return fits(new URL(origin + encodePath(path, 'decoded'))) || fits(inAddressBar);
      });
  }
  if (isRegExp(rule)) {
    const [escape] = /%[\da-f]{2}/i.exec(rule.source) ?? [];
    if (escape !== undefined) {
      throw optionsError(
        'protect',
        `${escape} never matches, because paths are decoded. Write the character itself in the pattern.`,
      );
    }
    if (FORGOTTEN_SLASH.test(rule.source)) {
      throw optionsError(
        'protect',
        `${String(rule)} protects nothing, because paths begin with a slash. Write ^\\/vod\\/ for a path, or a prefix ` +
          'such as https://cdn.example.com/ for a host.',
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
function spellings({ hostname, path }: JudgedUrl): readonly { origin: string; path: string }[] {
  const composed = path.normalize('NFC');
  const paths = [composed, ...(/.\/$/.test(composed) ? [composed.slice(0, -1)] : [])];
  return ['https:', 'http:'].flatMap((scheme) =>
    paths.map((each) => ({ origin: `${scheme}//${hostname}`, path: each })),
  );
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
  const url = parsedUrl(text, base);
  const judged = url && judgeUrl(url);
  const problem =
    writingProblem(text, base !== undefined) ??
    (judged ? hostProblem(judged.hostname) : urlProblem(url)) ??
    (judged?.isComposed === false ? 'is not in the Unicode form NFC: give text.normalize("NFC")' : undefined);
  if (judged && problem === undefined) return judged;
  // A user name or a query may be secret, so the error does not quote a text that contains one.
  const quoted = /[@?#]/.test(text) ? 'one of its prefixes' : `"${text}"`;
  throw optionsError(option, `${quoted} ${problem}. Write it as in ${example}.`);
}

/** Says what `URL` would drop or change without an error. */
function writingProblem(text: string, isPathAllowed: boolean): string | undefined {
  if (/[\p{Cc}\p{Cs}\\]|^\s|\s$/u.test(text))
    return 'holds a backslash, a control character, half a character, or spaces around it';
  const isPath = text.startsWith('/') && !text.startsWith('//');
  if (!(isPath && isPathAllowed) && !/^https?:\/\/[^/]/i.test(text)) return 'is not a URL prefix';
  if (text.includes('*'))
    return 'holds a *: a prefix has no wildcards and covers everything below it (%2A is the character)';
  if (/[?#]/.test(text)) return 'holds a query or a fragment, which a prefix does not have';
  if (/\/(?:\.|%2e){1,2}(?:\/|$)/i.test(text)) return 'has dot segments, which compared URLs never have';
  return undefined;
}

/** Says why `judgeUrl` refuses a URL. */
export function urlProblem(url: URL | undefined): string {
  const path = url && canonicalPath(url.pathname, 'decoded');
  const reason = path === undefined ? undefined : pathProblem(path);
  return reason ?? 'has a user name, //, %2F, a backslash, a control character or a % that is not an escape';
}
