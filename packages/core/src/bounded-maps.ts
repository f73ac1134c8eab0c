/** The default limit of a map. A session may last for days, so no map may grow without end. */
const MAX_ENTRIES = 50_000;

/**
 * The share of the limit by which a map may exceed it, before the map deletes its oldest entries, many at a time.
 * Deleting one entry at a time is slow: to find its first entry, a Map steps over all entries that were deleted from
 * its beginning.
 */
const SLACK = 0.1;

/** A map that keeps its newest `maxEntries` entries, and a few more. Setting a key again makes its entry the newest. */
export class BoundedMap<K, V> extends Map<K, V> {
  readonly #maxEntries: number;

  constructor(maxEntries: number = MAX_ENTRIES) {
    super();
    this.#maxEntries = maxEntries;
  }

  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.#maxEntries * (1 + SLACK)) this.#forgetOldest();
    return this;
  }

  #forgetOldest(): void {
    for (const key of this.keys()) {
      if (this.size <= this.#maxEntries) return;
      this.delete(key);
    }
  }
}

/** Returns the index at which the path of `url` ends. */
function pathEnd(url: string): number {
  const end = url.search(/[?#]/);
  return end < 0 ? url.length : end;
}

const depthOf = (folder: string): number => folder.split('/').length - 1;

/** Values by folder: an absolute URL that ends with `/`. Deletes its oldest entries, as `BoundedMap` does. */
export class FolderMap<V> {
  readonly #folders = new BoundedMap<string, V>();
  /** The depths at which there are folders: looking up every depth of a URL takes time quadratic in its slashes. */
  readonly #depths = new Set<number>();

  set(folder: string, value: V): void {
    this.#folders.set(folder, value);
    this.#depths.add(depthOf(folder));
  }

  values(): Iterable<V> {
    return this.#folders.values();
  }

  /** Returns the values of the folders that contain `url`, the deepest first, in time proportional to its length. */
  above(url: string): V[] {
    if (this.#depths.size === 0) return [];
    const path = pathEnd(url);
    const found: V[] = [];
    let depth = 0;
    for (let slash = url.indexOf('/'); slash >= 0 && slash < path; slash = url.indexOf('/', slash + 1)) {
      depth++;
      const value = this.#depths.has(depth) ? this.#folders.get(url.slice(0, slash + 1)) : undefined;
      if (value !== undefined) found.push(value);
    }
    return found.reverse();
  }
}
