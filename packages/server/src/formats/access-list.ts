import type { SignedToken } from '../token-format.ts';
import { folderOf } from './folders.ts';
import type { Depth } from './folders.ts';
import { matchesGlob } from './glob.ts';

type Opened = Pick<SignedToken, 'url' | 'prefix' | 'anyQuery'>;

/** The folder of `url` as its author spelled it; see `Depth`. */
export function prefixOf(url: URL, depth: Depth): string {
  return url.origin + folderOf(url.pathname, depth);
}

/**
 * What of a player's URLs a list of path patterns opens, said so that a player never takes it for more: a folder if the
 * pattern that fits is one (`/vod/*`), the URL alone otherwise. `undefined` if no pattern fits.
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
