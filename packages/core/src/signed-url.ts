/** Query parameters as they stand in a URL; `undefined` takes one out. */
export type QueryEdit = Readonly<Record<string, string | undefined>>;

/** Encodes only what cannot stand in a query: CDNs compare `~`, `*`, `/` and `=` as bytes. */
export const encodeParameter = (value: string): string => encodeURI(value).replace(/[&+#]/g, encodeURIComponent);

/**
 * `url` with its query edited: a parameter of the same name is replaced in place (its duplicates go), others are appended,
 * everything else stays byte for byte. As text, because URLSearchParams re-encodes what the author wrote (hls.js #7963).
 */
export function editQuery(url: string, edit: QueryEdit): string {
  const [, path, query, hash] = /^([^?#]*)(?:\?([^#]*))?(.*)/s.exec(url)!;
  const missing = new Map(Object.entries(edit));
  const pairs: string[] = [];
  for (const pair of query?.split('&') ?? []) {
    const name = pair.split('=')[0]!;
    const value = missing.get(name);
    if (!Object.hasOwn(edit, name)) pairs.push(pair);
    else if (value !== undefined) pairs.push(name + '=' + value);
    missing.delete(name);
  }
  for (const [name, value] of missing) if (value !== undefined) pairs.push(name + '=' + value);
  return path! + (pairs.length ? '?' + pairs.join('&') : '') + hash!;
}

/** `url` resolved against the page (on a server: as it is), without its fragment; `undefined` if it is not http(s). */
export function resolveUrl(url: string, from?: string): URL | undefined {
  // a page, a worker, or a server
  const { document, location } = globalThis as { document?: Document; location?: Location };
  from ??= document?.baseURI ?? location?.href;
  try {
    const target = new URL(url, from);
    target.hash = '';
    return target.protocol.startsWith('http') ? target : undefined;
  } catch {
    return undefined;
  }
}
