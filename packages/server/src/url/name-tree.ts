/**
 * A tree of notes about folders and files. A look-up takes time in proportion to the length of the path, regardless of
 * how many other paths have notes.
 */
export class NameTree<T> {
  readonly said: T;
  #below?: Map<string, NameTree<T>>;

  constructor(said: T) {
    this.said = said;
  }

  /**
   * Returns the node of a name below this one, or `undefined` if there is no note about it or about any path below it.
   */
  below(name: string): NameTree<T> | undefined {
    return this.#below?.get(name);
  }

  /**
   * Returns the note about a path below this one.
   *
   * @param make creates the note of each name that is new
   */
  add(names: readonly string[], make: () => T): T {
    return names.reduce<NameTree<T>>((at, name) => at.#grown(name, make), this).said;
  }

  #grown(name: string, make: () => T): NameTree<T> {
    this.#below ??= new Map();
    let next = this.#below.get(name);
    if (!next) this.#below.set(name, (next = new NameTree(make())));
    return next;
  }
}
