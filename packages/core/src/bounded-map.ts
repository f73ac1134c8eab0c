/** A session may last for days: no map of what was seen in it grows without end. */
const MAX_ENTRIES = 50_000;

/** A map that forgets its oldest entries beyond `maxEntries`. What is set again counts as new. */
export class BoundedMap<K, V> extends Map<K, V> {
  readonly #maxEntries: number;

  constructor(maxEntries: number = MAX_ENTRIES) {
    super();
    this.#maxEntries = maxEntries;
  }

  override set(key: K, value: V): this {
    this.delete(key);
    super.set(key, value);
    if (this.size > this.#maxEntries) this.delete(this.keys().next().value as K);
    return this;
  }
}
