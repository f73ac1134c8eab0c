/*
 * Where this code runs: in a page, in a worker, or on a server, which lacks most of the APIs used here.
 */

/** Whether this code runs in a service worker, which handles the requests of all pages of a site and outlives them. */
export const isServiceWorker = (): boolean => 'ServiceWorkerGlobalScope' in globalThis;

/** Whether the browser reports that it is offline; `false` outside of browsers. */
export const isOffline = (): boolean => (globalThis.navigator as Partial<Navigator> | undefined)?.onLine === false;

/** The events of a page after which time may have passed unnoticed, or the network may be back. */
type PageEvent = 'visibilitychange' | 'pageshow' | 'online';

/** Listens to the page only while there is a reason, so that a source that is never destroyed leaks nothing. */
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
    const page = globalThis as unknown as Partial<Pick<Window, 'addEventListener' | 'removeEventListener'>>;
    const change = hasReason ? page.addEventListener : page.removeEventListener;
    for (const type of this.#types) change?.call(page, type, this.#listener);
  }
}
