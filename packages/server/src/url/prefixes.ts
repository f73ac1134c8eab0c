import { optionsError } from '../errors/options-error.ts';
import { isBelowPath, isHost, judgeUrl, parsedUrl, urlProblem } from './judged-url.ts';
import type { JudgedUrl } from './judged-url.ts';
import { comparedPath } from './scope.ts';
import type { JudgedScope } from './scope.ts';

/**
 * Returns a function that tells whether a URL needs a token: its path is one of these paths, or below one. Without
 * paths, every URL needs a token. Scheme, host and port are not compared, because a client chooses its `Host`, and
 * because a proxy in front of the edge changes all three. Paths are compared case-sensitively: if the origin ignores
 * case, protect everything.
 *
 * @throws `ERR_OPTIONS` for a value that is not a path (see `pathRule`), and for an empty list, which would protect
 *   nothing without telling the author
 */
export function pathRules(paths: string | readonly string[] | undefined): (url: JudgedUrl) => boolean {
  if (paths === undefined) return () => true;
  const tests = [paths].flat().map((path) => pathRule(path, 'protect'));
  if (tests.length === 0) {
    throw optionsError('protect', 'This is an empty list, which protects nothing. Leave it out to protect everything.');
  }
  return (url) => tests.some((test) => test(url));
}

/**
 * Returns a function that tells whether the path of a URL is `path` or below it, on a `/` border.
 *
 * @throws `ERR_OPTIONS` for a value that is not a path, and for a path that does not mean what it says (see `prefixOf`);
 *   the message of a URL names the path to write instead
 */
export function pathRule(path: unknown, option: string): (url: JudgedUrl) => boolean {
  if (typeof path !== 'string' || !/^\/(?!\/)/.test(path))
    throw optionsError(option, `Write a path that begins with '/', such as '${pathIn(path)}'. No host is read.`, path);
  const compared = comparedPath(prefixOf(path, option, anyHost));
  return (url) => isBelowPath(comparedPath(url), compared);
}

/**
 * Returns a function that tells whether everything that a token opens is one of `prefixes` or below one, on a `/`
 * border: `https://cdn.example.com/vod` covers `/vod` and `/vod/7.mp4`, and not `/vodka`. Scheme and port are compared.
 *
 * @throws `ERR_OPTIONS` for an empty list or a prefix that does not mean what it says
 */
export function allowList(prefixes: string | readonly string[]): (scope: JudgedScope) => boolean {
  const list = [prefixes].flat().map((prefix) => prefixOf(prefix, 'allow'));
  if (list.length === 0) {
    throw optionsError(
      'allow',
      'Give the URL prefixes that may be signed, such as https://cdn.example.com/vod/.',
      list,
    );
  }
  return (scope) => scope.isWithin(list);
}

/** The origin of a path that names no host. */
const anyHost = 'http://any';

/** Returns the path in a URL that an author has written, perhaps without its scheme; `/vod/` if there is none. */
function pathIn(value: unknown): string {
  const text = typeof value === 'string' || value instanceof URL ? String(value) : '';
  const beginsWithHost = /^[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:\/|$)/.test(text);
  const path = text && parsedUrl(beginsWithHost ? `http://${text}` : text, anyHost)?.pathname.replace(/\*.*/, '');
  return path && judgeUrl(anyHost + path) ? path : '/vod/';
}

/**
 * Judges a prefix from the options. The result protects or allows exactly what the author sees in the prefix; a prefix
 * with another meaning throws.
 *
 * @param text an absolute URL such as `https://cdn.example.com/vod/`; with `base`, a path such as `/vod/`
 * @param option the name of the option, for the error
 * @param base the origin of a path
 * @throws `ERR_OPTIONS` for a value that is not a prefix, that has more than one reading, that is not in the Unicode form
 *   NFC, or that `URL` would read differently from how it is written: wildcards, a query, dot segments, a malformed
 *   escape, a backslash, a user name, a host that no request has
 */
function prefixOf(text: unknown, option: string, base?: string): JudgedUrl {
  const example = base === undefined ? 'https://cdn.example.com/vod/' : '/vod/';
  if (typeof text !== 'string') throw optionsError(option, `Give text such as ${example}.`, text);
  const isPrefix = base !== undefined || /^https?:\/\/[^/]/i.test(text);
  const isChanged = /[\p{Cc}\p{Cs}\\*?#]|^\s|\s$|\/(?:\.|%2e){1,2}(?:\/|$)/iu.test(text);
  const url = isPrefix && !isChanged ? parsedUrl(text, base) : undefined;
  const judged = url && judgeUrl(url);
  if (judged?.isComposed && isHost(judged.hostname)) return judged;
  // A user name or a query may be secret, so the error does not quote a text that contains one.
  const quoted = /[@?#]/.test(text) ? 'One of its prefixes' : `"${text}"`;
  const reason = url && !judged ? ` ${urlProblem(url)}` : '';
  throw optionsError(
    option,
    `${quoted} is not a prefix with one meaning.${reason} Write it as in ${example}: in Unicode form NFC, without ` +
      'wildcards (a prefix covers all below it), a query, dot segments, backslashes and spaces around it.',
  );
}
