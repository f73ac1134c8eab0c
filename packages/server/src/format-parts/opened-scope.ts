import type { SignedToken } from '../token/token-format.ts';
import type { Scope } from '../url/scope.ts';

/** What a token opens, as players read it: one URL, a path with any query, or a folder with all below. */
export type Opened = Pick<SignedToken, 'url' | 'prefix' | 'anyQuery'>;

/**
 * Returns what opens one URL.
 *
 * @param search the query without a token; `undefined` to open the path with any query
 */
export function openedUrl({ origin, pathname, hash }: URL, search: string, anyQuery: boolean): Opened {
  const url = origin + pathname + search + hash;
  return anyQuery ? { url, anyQuery } : { url };
}

/** Returns what opens the folder of `url` at a depth, in the spelling of `url`; see `folderOf`. */
export function openedFolder({ origin, pathname }: URL, depth: number): Opened {
  return { prefix: origin + folderOf(pathname, depth) };
}

/** Returns the scope of a token that opens no more than it tells players. */
export function scopeOf({ url, prefix, anyQuery }: Opened): Scope {
  if (prefix !== undefined) return { kind: 'folder', href: new URL(prefix).href };
  const { origin, pathname, search } = new URL(url ?? '');
  return { kind: anyQuery ? 'path' : 'url', href: origin + pathname + (anyQuery ? '' : search) };
}

/** Returns the scope of a path with any query. */
export function pathScope({ origin, pathname }: URL): Scope {
  return { kind: 'path', href: origin + pathname };
}

/** Returns the scope of every URL below a folder on the host of `url`. @param folder begins and ends with a slash */
export function folderScope({ origin }: URL, folder: string): Scope {
  return { kind: 'folder', href: new URL(origin + folder).href };
}

/** Joins several scopes of one host into the smallest folder that contains them all, with the scopes as its parts. */
export function joinedScope(url: URL, scopes: readonly Scope[]): Scope {
  const [first, ...others] = scopes;
  if (first && others.length === 0) return first;
  const paths = scopes.map(({ href }) => new URL(href).pathname);
  return { ...folderScope(url, paths.map(folderHolding).reduce(commonFolder)), parts: scopes };
}

/** Returns the deepest folder that contains both folders. */
function commonFolder(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return folderHolding(a.slice(0, length));
}

/**
 * Returns the folder that contains every path that begins with a text: `/` for `/vod`, because `/vodka` is in `/` too.
 * A text that is not the beginning of a path may stand anywhere, so its folder is `/`.
 */
export function folderHolding(path: string): string {
  return path.startsWith('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '/';
}

/**
 * Returns a folder of `path`, with both its slashes: `/vod/` of `/vod/7/720p/index.m3u8` for a depth of 1.
 *
 * @param depth a path with fewer folders gets its deepest one
 */
export function folderOf(path: string, depth: number): string {
  let end = path.lastIndexOf('/');
  if (hasFolders(path, depth)) {
    end = 0;
    for (let i = 0; i < depth; i++) end = path.indexOf('/', end + 1);
  }
  return path.slice(0, end + 1);
}

/** Whether `path` has at least `count` folders; `/vod/7/film.mp4` has two. */
export function hasFolders(path: string, count: number): boolean {
  let at = 0;
  for (let i = 0; i < count && at >= 0; i++) at = path.indexOf('/', at + 1);
  return at >= 0;
}

/**
 * The largest number of folders of a path of which any may be the one that a token opens. Each is hashed: without a
 * limit, the work would grow with the square of the length of the path.
 */
const maxFolders = 32;

/**
 * Returns the folders above a file: `/`, `/vod/`, `/vod/7/` for `/vod/7/film.mp4`. Returns `undefined` for a path with
 * more than 32.
 */
export function foldersAbove(path: string): readonly string[] | undefined {
  if (hasFolders(path, maxFolders + 1)) return undefined;
  const folders: string[] = [];
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) folders.push(path.slice(0, at + 1));
  return folders;
}
