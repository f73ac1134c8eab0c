import { optionsError } from '../errors/options-error.ts';
import { encodePath } from './canonical-path.ts';
import { isBelowPath } from './judged-url.ts';
import type { JudgedUrl } from './judged-url.ts';
import { checkPattern } from './pattern-rule.ts';
import { readingsOf } from './readings.ts';
import { urlPrefix } from './url-prefix.ts';

/**
 * Which URLs: a prefix on a `/` border, of the path (`/vod/`) or of the whole URL (`https://cdn.example.com/vod/`), a
 * pattern for the URL without its query, or a function. Scheme and port are not compared: behind a proxy that ends TLS,
 * requests arrive with others.
 *
 * Patterns and functions are given the canonical URL without its query and its port: lower-case host without a dot at
 * its end, path in one spelling. They are asked again for each other way to read and serve it (`readings.ts`), and for
 * `http` and `https`, until one fits; patterns also for the decoded URL, for the path alone, with and without its
 * first slash, for host and path, and for the host alone. A function that returns nothing protects. All `+` of a path
 * are read as they are, and all as spaces, and all spaces as `+`: for a name that holds both, write a text.
 */
export type UrlRule = string | RegExp | ((url: URL) => boolean);

/**
 * Whether any rule fits a URL; without rules, every URL fits. Paths are compared case by case: in front of an origin
 * that ignores case, protect everything.
 *
 * @throws `ERR_OPTIONS` for a text that does not mean what it says (see `urlPrefix`), for what is no rule, and for an
 *   empty list: no rule protects nothing in silence
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
 * Whether a path is `prefix` or below it, as any origin reads the two.
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

/** Stands for the host of a rule that names none. */
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
    // /g and /y would go on from where the last request has ended, or look at the beginning only
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

/** The texts of one URL that rules are asked about, each list made when the first rule needs it. */
class Asked {
  readonly url: JudgedUrl;
  #paths?: readonly string[];
  #hrefs?: readonly string[];
  #texts?: readonly string[];

  constructor(url: JudgedUrl) {
    this.url = url;
  }

  /** With the scheme it arrived with, and with the one it may have in front of a proxy; without a port. */
  get origins(): readonly string[] {
    const { protocol, hostname } = this.url;
    return [...new Set([protocol, 'https:', 'http:'])].map((scheme) => `${scheme}//${hostname}`);
  }

  /** Every path that may be served, as authors may find it. */
  get paths(): readonly string[] {
    return (this.#paths ??= [...new Set(this.#spelled.flatMap(writtenPaths))]);
  }

  /** The spellings that a function is given. */
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

  /** In both Unicode forms: an author sees no difference. */
  get #spelled(): readonly string[] {
    return [...new Set(this.url.servedPaths.flatMap((path) => [path, path.normalize('NFD')]))];
  }
}

/**
 * Whether a pattern means what no text holds: a host that ends there, as in `/^cdn\.example\.com$/`, or a path without
 * its first slash, as in `/^vod\//`.
 */
function isAnchoredElsewhere(pattern: RegExp, { url, origins, paths }: Asked): boolean {
  // It is about this host only if it fits no other: `/\.[a-z]+$/` means the ends of files.
  const isOfHost = (host: string): boolean =>
    pattern.test(host) && ![`${host}/~`, host.replace(/[^/]+$/, 'other.invalid')].some((each) => pattern.test(each));
  if ([url.hostname, ...origins].some(isOfHost)) return true;
  // One that asks what is *not* there, as `/^(?!.*\/public\/)/`, fits the same with one more sign, and means nothing.
  const isNegative = /\(\?<?!/.test(pattern.source);
  return paths.some((path) => pattern.test(path.slice(1)) && !(isNegative && pattern.test(`~${path.slice(1)}`)));
}

/**
 * A path as an author may find it: canonical, in the address of a page, each of them with its letters decoded, with its
 * signs decoded, and decoded.
 */
function writtenPaths(path: string): readonly string[] {
  const escaped = encodePath(path, 'decoded');
  // `URL` leaves these as they are
  const inAddress = escaped.replace(/%(?:5B|5D|5E|7C)/g, decodeURIComponent);
  const lettersDecoded = [escaped, inAddress].map((each) => each.replace(/(?:%[89A-F][\dA-F])+/g, decodeURIComponent));
  const signsDecoded = escaped.replace(/%[2-7][\dA-F]/g, decodeURIComponent);
  return [escaped, inAddress, ...lettersDecoded, signsDecoded, path];
}
