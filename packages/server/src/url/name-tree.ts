/**
 * A tree of notes about folders and files. A look-up of a path costs the length of the path, however many other paths
 * have notes.
 */
export class NameTree<T> {
  readonly said: T;
  #below?: Map<string, NameTree<T>>;

  constructor(said: T) {
    this.said = said;
  }

  /** `undefined` where nothing was said of this name, nor of what lies below it. */
  below(name: string): NameTree<T> | undefined {
    return this.#below?.get(name);
  }

  /** Finds what is said of a path below this one. @param make what is said of names that are new */
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
