interface Link<K, V> {
  readonly key: K;
  readonly value: V;
  before: Link<K, V> | undefined;
  after: Link<K, V> | undefined;
}

/**
 * A map whose entries stand in the order in which they were last set. To look at its oldest ones costs the same however
 * many entries were deleted in front of them; V8 steps over each of these at the beginning of a `Map`.
 */
export class AgingMap<K, V> {
  readonly #links = new Map<K, Link<K, V>>();
  #oldest: Link<K, V> | undefined;
  #newest: Link<K, V> | undefined;

  get size(): number {
    return this.#links.size;
  }

  get(key: K): V | undefined {
    return this.#links.get(key)?.value;
  }

  /** Sets an entry, which becomes the newest. */
  set(key: K, value: V): void {
    this.delete(key);
    const link: Link<K, V> = { key, value, before: this.#newest, after: undefined };
    if (this.#newest) this.#newest.after = link;
    else this.#oldest = link;
    this.#newest = link;
    this.#links.set(key, link);
  }

  delete(key: K): void {
    const link = this.#links.get(key);
    if (!link) return;
    const { before, after } = link;
    if (before) before.after = after;
    else this.#oldest = after;
    if (after) after.before = before;
    else this.#newest = before;
    this.#links.delete(key);
  }

  /** From the oldest to the newest. The entry that the loop is at may be deleted, and no other one. */
  *[Symbol.iterator](): Generator<readonly [K, V]> {
    let link = this.#oldest;
    while (link) {
      const { key, value, after } = link;
      yield [key, value];
      link = after;
    }
  }
}
