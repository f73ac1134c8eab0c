import { optionsError } from '../errors/options-error.ts';
import { encodePath } from './canonical-path.ts';
import { isBelowPath } from './judged-url.ts';
import type { JudgedUrl } from './judged-url.ts';
import { checkPattern } from './pattern-rule.ts';
import { readingsOf } from './readings.ts';
import { urlPrefix } from './url-prefix.ts';

/**
 * A rule that selects URLs: a prefix on a `/` border, of the path (`/vod/`) or of the whole URL
 * (`https://cdn.example.com/vod/`), a pattern for the URL without its query, or a function. Scheme and port are not
 * compared: behind a proxy that ends TLS, requests arrive with another scheme and port.
 *
 * Patterns and functions get the canonical URL without its query and its port: a lower-case host without a dot at its
 * end, and the path in one spelling. If they do not fit, they are tried again with each other way to read and serve the
 * URL (`readings.ts`), and with `http` and `https`. Patterns are also tried with the decoded URL, with the path alone
 * (with and without its first slash), with host and path, and with the host alone. If a function returns nothing, the
 * URL is protected. The readings keep all `+` of a path, or turn all `+` into spaces, or all spaces into `+`: if a name
 * contains both characters, write the rule as a text.
 */
export type UrlRule = string | RegExp | ((url: URL) => boolean);

/**
 * Returns a function that tells whether any rule fits a URL. Without rules, every URL fits. Paths are compared
 * case-sensitively: if the origin ignores case, protect everything.
 *
 * @throws `ERR_OPTIONS` for a text that does not mean what it says (see `urlPrefix`), for a value that is not a rule,
 *   and for an empty list, which would protect nothing without telling the author
 */
export function urlRules(rules: UrlRule | readonly UrlRule[] | undefined): (url: JudgedUrl) => boolean {
  if (rules === undefined) return () => true;
  const tests = [rules].flat().map(ruleTest);
  if (tests.length === 0) {
    throw optionsError('protect', 'This is an empty list, which protects nothing. Leave it out to protect everything.');
  }
  return (url) => {
    const asked = new Asked(url);
    return tests.some((test) => test(asked));
  };
}

/**
 * Returns a function that tells whether the path of a URL is `prefix` or below it, as any origin reads the two.
 *
 * @throws `ERR_OPTIONS` for a prefix that does not mean what it says
 */
export function pathRule(prefix: string, option: string): (url: JudgedUrl) => boolean {
  const isOf = prefixTest(prefix, option);
  return ({ servedPaths }) => servedPaths.some(isOf);
}

function prefixTest(prefix: string, option: string): (path: string) => boolean {
  const prefixes = readingsOf(urlPrefix(prefix, option, anyHost).path);
  return (path) => prefixes.some((each) => isBelowPath(path, each));
}

/** The origin of a rule that names no host. */
const anyHost = 'http://any';

function ruleTest(rule: UrlRule): (asked: Asked) => boolean {
  if (typeof rule === 'function') {
    return ({ hrefs }) =>
      hrefs.some((href) => {
        const fits = rule(new URL(href)) as boolean | undefined;
        return fits === undefined || fits;
      });
  }
  if (isRegExp(rule)) {
    checkPattern(rule);
    // With `/g`, a test would begin where the last one has ended; with `/y`, it would match only at that position.
    const pattern = new RegExp(rule.source, rule.flags.replace(/[gy]/g, ''));
    return (asked) => asked.texts.some((text) => pattern.test(text)) || isAnchoredElsewhere(pattern, asked);
  }
  const isPath = prefixTest(rule, 'protect');
  if (rule.startsWith('/')) return ({ url }) => url.servedPaths.some(isPath);
  const { hostname } = urlPrefix(rule, 'protect', anyHost);
  return ({ url }) => url.hostname === hostname && url.servedPaths.some(isPath);
}

/** Whether `rule` is a RegExp of this realm or another. */
function isRegExp(rule: string | RegExp): rule is RegExp {
  return Object.prototype.toString.call(rule) === '[object RegExp]';
}

/** The texts of one URL with which rules are tested. Each list is made when the first rule needs it. */
class Asked {
  readonly url: JudgedUrl;
  #paths?: readonly string[];
  #hrefs?: readonly string[];
  #texts?: readonly string[];

  constructor(url: JudgedUrl) {
    this.url = url;
  }

  /**
   * The scheme and host of the request, then the same host with the schemes that it may have in front of a proxy. No
   * port.
   */
  get origins(): readonly string[] {
    const { protocol, hostname } = this.url;
    return [...new Set([protocol, 'https:', 'http:'])].map((scheme) => `${scheme}//${hostname}`);
  }

  /** Every path as which the URL may be served, in the spellings in which an author may find it. */
  get paths(): readonly string[] {
    return (this.#paths ??= [...new Set(this.#spelled.flatMap(writtenPaths))]);
  }

  /** The URLs that a function of the rules is called with. */
  get hrefs(): readonly string[] {
    if (this.#hrefs) return this.#hrefs;
    const paths = new Set(this.#spelled.flatMap((path) => writtenPaths(path).slice(0, 2)));
    return (this.#hrefs = this.origins.flatMap((origin) => [...paths].map((path) => origin + path)));
  }

  /** The texts that a pattern is tested with: whole URLs, host and path, and the path alone. */
  get texts(): readonly string[] {
    const fronts = ['', this.url.hostname, ...this.origins];
    return (this.#texts ??= fronts.flatMap((front) => this.paths.map((path) => front + path)));
  }

  /** The served paths in both Unicode forms, between which an author sees no difference. */
  get #spelled(): readonly string[] {
    return [...new Set(this.url.servedPaths.flatMap((path) => [path, path.normalize('NFD')]))];
  }
}

/**
 * Whether a pattern fits a text that `texts` does not contain: the host alone, as `/^cdn\.example\.com$/` does, or a
 * path without its first slash, as `/^vod\//` does.
 */
function isAnchoredElsewhere(pattern: RegExp, { url, origins, paths }: Asked): boolean {
  // A pattern is about this host only if it fits no other text: `/\.[a-z]+$/` is about the ends of files.
  const isOfHost = (host: string): boolean =>
    pattern.test(host) && ![`${host}/~`, host.replace(/[^/]+$/, 'other.invalid')].some((each) => pattern.test(each));
  if ([url.hostname, ...origins].some(isOfHost)) return true;
  // A pattern that asks what is *not* there, as `/^(?!.*\/public\/)/`, is not about a path without its slash if it also
  // fits with one more character in front.
  const isNegative = /\(\?<?!/.test(pattern.source);
  return paths.some((path) => pattern.test(path.slice(1)) && !(isNegative && pattern.test(`~${path.slice(1)}`)));
}

/**
 * Returns the spellings in which an author may find a path: canonical, as the address bar of a page shows it, both of
 * these with their letters decoded, canonical with its ASCII signs decoded, and decoded.
 */
function writtenPaths(path: string): readonly string[] {
  const escaped = encodePath(path, 'decoded');
  // `URL` does not escape these characters.
  const inAddress = escaped.replace(/%(?:5B|5D|5E|7C)/g, decodeURIComponent);
  const lettersDecoded = [escaped, inAddress].map((each) => each.replace(/(?:%[89A-F][\dA-F])+/g, decodeURIComponent));
  const signsDecoded = escaped.replace(/%[2-7][\dA-F]/g, decodeURIComponent);
  return [escaped, inAddress, ...lettersDecoded, signsDecoded, path];
}
