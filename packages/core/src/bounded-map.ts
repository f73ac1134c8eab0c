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
