import { pathOf, resolveUrl } from '../url-text.ts';

/**
 * The maximum length of URLs that are read ahead. V8 hashes strings of 16,384 characters and more by their length
 * alone: in a Map, a playlist of such names of equal length would take time quadratic in its length.
 */
export const MAX_URL_LENGTH = 2000;

/** Returns the key of a URI in `playlist`, a URL; empty if the URI is no http(s) URL or too long to be read ahead. */
export function keyIn(playlist: string, uri: string, identify: (href: string) => string): string {
  const url = resolveUrl(uri, baseOfPlaylist(playlist));
  return url.length > MAX_URL_LENGTH ? '' : identify(url);
}

/**
 * Returns what the URIs of a playlist are relative to. No URI inherits its query, which may be longer than all of them
 * together, and would be read again for each.
 */
export const baseOfPlaylist = (url: string): string => pathOf(url);

/** The order in which the URLs of one rendition are played, by their keys. */
export interface UrlOrder {
  has(key: string): boolean;
  /** Returns the known URLs that follow `key`; each is made only when it is read. */
  after(key: string): Iterable<string>;
}

/** Yields the first `count` of `items`. */
export function* firstOf<T>(items: Iterable<T>, count: number): Iterable<T> {
  if (count <= 0) return;
  let left = count;
  for (const item of items) {
    yield item;
    if (--left === 0) return;
  }
}
