/**
 * The share of the limit by which a map may exceed it, before the map deletes its oldest entries, many at a time: to
 * find its first entry, a Map steps over all entries that were deleted from its beginning.
 */
const SLACK = 0.1;

/** A map that keeps its newest entries: a session may last for days. Setting a key again makes its entry the newest. */
export class BoundedMap<K, V> extends Map<K, V> {
  readonly #most: number;

  constructor(most = 20_000) {
    super();
    this.#most = most;
  }

  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.#most * (1 + SLACK))
      for (const oldest of this.keys()) {
        if (this.size <= this.#most) break;
        this.delete(oldest);
      }
    return this;
  }
}
