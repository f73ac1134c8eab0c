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
