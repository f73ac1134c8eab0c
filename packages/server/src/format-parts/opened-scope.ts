import type { Scope } from '../url/scope.ts';

/** One URL with its query. @param search the query without a token */
export function urlScope({ origin, pathname }: URL, search: string): Scope {
  return { kind: 'url', href: new URL(origin + pathname + search).href };
}

/** A path with any query. */
export function pathScope({ origin, pathname }: URL): Scope {
  return { kind: 'path', href: origin + pathname };
}

/** Every URL below a folder of the host of `url`. @param folder begins and ends with a slash */
export function folderScope({ origin }: URL, folder: string): Scope {
  return { kind: 'folder', href: new URL(origin + folder).href };
}

/**
 * The folder that holds whatever begins with a text: `/vod` is in `/`, as `/vodka` is. What is no beginning of a path
 * may be anywhere.
 */
export function folderHolding(path: string): string {
  return path.startsWith('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '/';
}

/** Several scopes of one host as one: the smallest folder that holds them all, and what they are. */
export function joinedScope(url: URL, scopes: readonly Scope[]): Scope {
  const [first, ...others] = scopes;
  if (first && others.length === 0) return first;
  const paths = scopes.map(({ href }) => new URL(href).pathname);
  return { ...folderScope(url, paths.map(folderHolding).reduce(commonFolder)), parts: scopes };
}

/** The deepest folder that holds two folders. */
function commonFolder(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return folderHolding(a.slice(0, length));
}
