/**
 * The maximum length of URLs that are read ahead. V8 hashes strings of 16,384 characters and more by their length
 * alone: in a Map, a playlist of such names of equal length would take time quadratic in its length.
 */
export const MAX_URL_LENGTH = 2000;

/** Returns the key of a URL that a playlist names; empty if the URL is too long to be read ahead. */
export const keyIn = (url: string, identify: (href: string) => string): string =>
  url.length > MAX_URL_LENGTH ? '' : identify(url);

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
