import { goOnBeside, scope } from './worker-scope.ts';

/**
 * One note for each page, by the page's id. Pages close without an event, and a worker may live for weeks. So when a
 * new page gets a note, `PageNotes` forgets the notes of pages that have closed.
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

  /** @param asking the id of a page that is open, because it has just sent a request or a message */
  async #forgetClosed(asking: string): Promise<void> {
    for (const id of [...this.#notes.keys()]) {
      // a Web Worker may have no id, and may still be there
      if (id === '' || id === asking) continue;
      if (!(await scope.clients.get(id))) this.#notes.delete(id);
    }
  }
}
