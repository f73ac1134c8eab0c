import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import {
  folderHolding,
  folderScope,
  joinedScope,
  openedFolder,
  openedUrl,
  pathScope,
} from '../format-parts/opened-scope.ts';
import type { Opened } from '../format-parts/opened-scope.ts';
import type { AskedUrl } from '../format-parts/signing-format.ts';
import { encodePath } from '../url/canonical-path.ts';
import type { PathForm } from '../url/canonical-path.ts';
import type { Scope } from '../url/scope.ts';

/** The largest number of characters of a list: most servers refuse a longer URL, cookie or header (nginx: 8 KiB). */
const maxListLength = 8192;

/**
 * Creates the reader of an option with path patterns.
 *
 * @param separators of the token and of the list
 * @throws `ERR_OPTIONS` (the reader) for an empty list or pattern, for a pattern that contains a separator, and for more
 *   than 8,192 characters, because no server would accept such a token
 */
export const patternList =
  (separators: readonly string[]) =>
  (patterns: unknown, name: string): readonly string[] | undefined => {
    if (patterns === undefined) return undefined;
    const list: readonly unknown[] = [patterns].flat();
    if (list.length === 0 || list.includes(''))
      throw optionsError(name, 'This is empty, or one of its patterns is. Give path patterns such as /vod/*.');
    for (const each of list) option.signedText(separators)(each ?? null, name);
    if (list.join(' ').length > maxListLength)
      throw optionsError(name, `The list has more than ${maxListLength} characters. Give fewer or shorter patterns.`);
    return list as readonly string[];
  };

/**
 * Returns what a list of path patterns opens, for a player, and never too much: a folder if the matching pattern is one
 * (`/vod/*`), otherwise the URL alone. Returns `undefined` if no pattern matches.
 */
export function openedByPatterns({ url, path, search }: AskedUrl, patterns: readonly string[]): Opened | undefined {
  const pattern = patterns.find((each) => matchesGlob(path, each));
  if (pattern === undefined) return undefined;
  const folder = /^(\/(?:[^*?]*\/)?)\*$/.exec(pattern)?.[1];
  return folder === undefined ? openedUrl(url, search, true) : openedFolder(url, folder.split('/').length - 2);
}

/** Returns the scope of a list of path patterns on the host of `url`. */
export function patternScope(url: URL, patterns: readonly string[], form: PathForm): Scope {
  const scopes = patterns.map((pattern) => {
    if (/[*?]/.test(pattern)) return folderScope(url, encodePath(folderHolding(/^[^*?]*/.exec(pattern)![0]), form));
    // A pattern that is not a path opens nothing, and counts as the worst case: the whole host.
    return pattern.startsWith('/') ? pathScope(new URL(url.origin + encodePath(pattern, form))) : folderScope(url, '/');
  });
  return joinedScope(url, scopes);
}

/**
 * Tells whether a text is a URL prefix that contains a whole host, and no query: `https://cdn.exam` is also the beginning
 * of another host.
 */
export function isUrlPrefix(text: string): boolean {
  return /^https?:\/\/[^/?]+\/[^?]*$/.test(text);
}

/** Whether `text` fits a pattern in which `*` stands for any characters and `?` for one, as in CDN access lists. */
export function matchesGlob(text: string, pattern: string): boolean {
  // Keeps two positions to return to. A RegExp could backtrack for ever over a long list of `*`.
  let [at, from, star, mark] = [0, 0, -1, 0];
  while (at < text.length) {
    if (pattern[from] === '*') {
      star = from++;
      mark = at;
    } else if (from < pattern.length && (pattern[from] === '?' || pattern[from] === text[at])) {
      from++;
      at++;
    } else if (star >= 0) {
      from = star + 1;
      at = ++mark;
    } else {
      return false;
    }
  }
  while (pattern[from] === '*') from++;
  return from === pattern.length;
}
