/** A session may last for days: no map of what was seen in it grows without end. */
const MAX_ENTRIES = 50_000;

/**
 * Beyond the limit, in shares of it, before the oldest are forgotten, many at a time: a Map steps over all entries that
 * were deleted from its beginning each time it is asked for its first one.
 */
const SLACK = 0.1;

/** A map that keeps its newest `maxEntries`, and few more. What is set again counts as new. */
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

/** Where the path of `url` ends. */
function pathEnd(url: string): number {
  const end = url.search(/[?#]/);
  return end < 0 ? url.length : end;
}

const depthOf = (folder: string): number => folder.split('/').length - 1;

/** Values by folder: absolute URLs that end with `/`. Forgets its oldest entries too. */
export class FolderMap<V> {
  readonly #folders = new BoundedMap<string, V>();
  /** At which depths there are folders: looking at every depth of a URL would be quadratic in its slashes. */
  readonly #depths = new Set<number>();

  set(folder: string, value: V): void {
    this.#folders.set(folder, value);
    this.#depths.add(depthOf(folder));
  }

  values(): Iterable<V> {
    return this.#folders.values();
  }

  /** The values of the folders in which `url` lies, the deepest first, in time proportional to its length. */
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
