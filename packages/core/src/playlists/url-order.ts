/**
 * Longer URLs are not read ahead. V8 takes strings of 16,384 characters and more for the same in a Map if their lengths
 * are: a playlist of such names would cost the square of its length.
 */
export const MAX_URL_LENGTH = 2000;

/** The key of a URL that a playlist names; empty if it is too long to be read ahead. */
export const keyIn = (url: string, identify: (href: string) => string): string =>
  url.length > MAX_URL_LENGTH ? '' : identify(url);

/** In which order the URLs of one rendition are played, by their keys. */
export interface UrlOrder {
  has(key: string): boolean;
  /** The URLs that follow `key`, as far as they are known; each is made only when it is read. */
  after(key: string): Iterable<string>;
}

/** The first `count` of `items`. */
export function* firstOf<T>(items: Iterable<T>, count: number): Iterable<T> {
  if (count <= 0) return;
  let left = count;
  for (const item of items) {
    yield item;
    if (--left === 0) return;
  }
}
