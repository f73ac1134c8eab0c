/** Events of a page after which time may have passed unnoticed, or the network may be back. */
export type PageEvent = 'visibilitychange' | 'pageshow' | 'online';

/** Listens to the page only while there is a reason: a source that nobody destroys leaks nothing. */
export class PageEvents {
  readonly #types: readonly PageEvent[];
  readonly #listener: () => void;
  #isListening = false;

  constructor(types: readonly PageEvent[], listener: () => void) {
    this.#types = types;
    this.#listener = listener;
  }

  listenWhile(hasReason: boolean): void {
    if (hasReason === this.#isListening) return;
    this.#isListening = hasReason;
    // a page or a worker; a server has none
    const page = globalThis as unknown as Partial<Pick<Window, 'addEventListener' | 'removeEventListener'>>;
    const change = hasReason ? page.addEventListener : page.removeEventListener;
    for (const type of this.#types) change?.call(page, type, this.#listener);
  }
}
