import { goOnBeside, scope } from './worker-scope.ts';

/**
 * One note a page, by its id. A page is closed without a sound, and a worker may live for weeks: whenever a page is new
 * here, the notes of those that have closed meanwhile are forgotten.
 */
export class PageNotes<T> {
  readonly #notes = new Map<string, T>();

  get size(): number {
    return this.#notes.size;
  }

  get(id: string): T | undefined {
    return this.#notes.get(id);
  }

  note(id: string, note: T): void {
    const isNew = !this.#notes.has(id);
    this.#notes.set(id, note);
    if (isNew) goOnBeside(this.#forgetClosed(id));
  }

  forget(id: string): void {
    this.#notes.delete(id);
  }

  forgetAll(): void {
    this.#notes.clear();
  }

  /** @param asking is open: it has just said something */
  async #forgetClosed(asking: string): Promise<void> {
    for (const id of [...this.#notes.keys()]) {
      // a Web Worker may have none, and may be there still
      if (id === '' || id === asking) continue;
      if (!(await scope.clients.get(id))) this.#notes.delete(id);
    }
  }
}
