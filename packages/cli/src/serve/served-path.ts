/**
 * The path of a URL, decoded, where it is served; `undefined` where its escapes are malformed, and for what `isServed`
 * leaves out.
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
 * Whether a path may be asked for: no hidden file, nothing of `node_modules`, and one reading in a URL.
 *
 * @param path decoded, with its leading `/`
 */
export function isServed(path: string): boolean {
  return !/[#?%\\\p{Cc}]|\/\.|(?:^|\/)node_modules\//u.test(path);
}
