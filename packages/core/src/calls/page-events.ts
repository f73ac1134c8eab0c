/** Events after which time may have passed unnoticed, or the network may be back. */
const TYPES = ['visibilitychange', 'pageshow', 'online'] as const;

/** Listens to the page only while there is a reason: a source that nobody destroys leaks nothing. */
export class PageEvents {
  readonly #listener: (event: Event) => void;
  #isListening = false;

  constructor(listener: (type: string) => void) {
    this.#listener = ({ type }) => listener(type);
  }

  listenWhile(hasReason: boolean): void {
    if (hasReason === this.#isListening) return;
    this.#isListening = hasReason;
    // a page or a worker; a server has none
    const page = globalThis as unknown as Partial<Pick<Window, 'addEventListener' | 'removeEventListener'>>;
    const change = hasReason ? page.addEventListener : page.removeEventListener;
    for (const type of TYPES) change?.call(page, type, this.#listener);
  }
}
