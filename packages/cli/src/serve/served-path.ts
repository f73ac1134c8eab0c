/**
 * Returns the decoded path of a URL, if the path is served. Returns `undefined` if its escapes are malformed, and for
 * paths that `isServed` refuses.
 */
export function servedPath(pathname: string): string | undefined {
  try {
    const path = decodeURIComponent(pathname);
    return isServed(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Tells whether a path may be requested: no hidden file, nothing in `node_modules`, and one reading in a URL.
 *
 * @param path decoded, with its leading `/`
 */
export function isServed(path: string): boolean {
  return !/[#?%\\\p{Cc}]|\/\.|(?:^|\/)node_modules\//u.test(path);
}
