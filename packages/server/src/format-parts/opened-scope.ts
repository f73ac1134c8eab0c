import type { Scope } from '../url/scope.ts';

/** Returns the scope of one URL with its query. @param search the query without a token */
export function urlScope({ origin, pathname }: URL, search: string): Scope {
  return { kind: 'url', href: new URL(origin + pathname + search).href };
}

/** Returns the scope of a path with any query. */
export function pathScope({ origin, pathname }: URL): Scope {
  return { kind: 'path', href: origin + pathname };
}

/** Returns the scope of every URL below a folder on the host of `url`. @param folder begins and ends with a slash */
export function folderScope({ origin }: URL, folder: string): Scope {
  return { kind: 'folder', href: new URL(origin + folder).href };
}

/**
 * Returns the folder that contains every path that begins with a text: `/` for `/vod`, because `/vodka` is in `/` too.
 * A text that is not the beginning of a path may stand anywhere, so its folder is `/`.
 */
export function folderHolding(path: string): string {
  return path.startsWith('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '/';
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
