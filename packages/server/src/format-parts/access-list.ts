import { optionsError } from '../errors/options-error.ts';
import type { SignedToken } from '../token/token-format.ts';
import { encodePath } from '../url/canonical-path.ts';
import type { PathForm } from '../url/canonical-path.ts';
import { lastingScope } from '../url/scope.ts';
import type { Scope } from '../url/scope.ts';
import { checkText } from './check-text.ts';
import { folderOf } from './folders.ts';
import type { Depth } from './folders.ts';
import { matchesGlob } from './glob.ts';
import { folderHolding, folderScope, joinedScope, pathScope } from './opened-scope.ts';

type Opened = Pick<SignedToken, 'url' | 'prefix' | 'anyQuery'>;

/** Returns the folder of `url` as its author spelled it; see `Depth`. */
export function prefixOf(url: URL, depth: Depth): string {
  return url.origin + folderOf(url.pathname, depth);
}

/** The largest number of characters of a list: most servers refuse a longer URL, cookie or header (nginx: 8 KiB). */
const maxListLength = 8192;

/**
 * Reads the path patterns of an option as a list.
 *
 * @throws `ERR_OPTIONS` for an empty list or pattern, for a pattern that contains a separator of the token or the list,
 *   and for more than 8,192 characters, because no server would accept such a token
 */
export function patternList(
  option: string,
  patterns: string | readonly string[] | undefined,
  separators: readonly string[],
): readonly string[] | undefined {
  if (patterns === undefined) return undefined;
  const list = [patterns].flat();
  if (list.length === 0 || list.includes(''))
    throw optionsError(option, 'This is empty, or one of its patterns is. Give path patterns such as /vod/*.');
  checkText(option, list, separators);
  if (list.join(' ').length > maxListLength)
    throw optionsError(option, `The list has more than ${maxListLength} characters. Give fewer or shorter patterns.`);
  return list;
}

/**
 * Returns what a list of path patterns opens, for a player, and never too much: a folder if the matching pattern is one
 * (`/vod/*`), otherwise the URL alone. Returns `undefined` if no pattern matches.
 */
export function openedByPatterns(
  url: URL,
  path: string,
  search: string,
  patterns: readonly string[],
): Opened | undefined {
  const pattern = patterns.find((each) => matchesGlob(path, each));
  if (pattern === undefined) return undefined;
  const folder = /^(\/(?:[^*?]*\/)?)\*$/.exec(pattern)?.[1];
  if (folder === undefined) return { url: url.origin + url.pathname + search + url.hash, anyQuery: true };
  return { prefix: prefixOf(url, folder.split('/').length - 2) };
}

/** The number of hosts whose scopes are kept: viewers of one service request URLs of a few hosts. */
const maxHosts = 8;

/**
 * Returns a function that gives the scope of the path patterns for a URL that one of them matches. The scope is the
 * same for all URLs of a host.
 */
export function patternScopes(patterns: readonly string[], form: PathForm): (url: URL) => Scope {
  const known = new Map<string, Scope>();
  const scopeOf = (url: URL): Scope =>
    joinedScope(
      url,
      patterns.map((pattern) => onePatternScope(url, pattern, form)),
    );
  return (url) => {
    let scope = known.get(url.origin);
    if (!scope) {
      if (known.size >= maxHosts) known.clear();
      known.set(url.origin, (scope = lastingScope(scopeOf(url))));
    }
    return scope;
  };
}

function onePatternScope(url: URL, pattern: string, form: PathForm): Scope {
  if (/[*?]/.test(pattern)) return folderScope(url, encodePath(folderHolding(/^[^*?]*/.exec(pattern)![0]), form));
  // A pattern that is not a path opens nothing, and counts as the worst case: the whole host.
  return pattern.startsWith('/') ? pathScope(new URL(url.origin + encodePath(pattern, form))) : folderScope(url, '/');
}
