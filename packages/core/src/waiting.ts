/** Settles as `promise` does, or rejects with the reason of `signal` once that aborts. Leaves no listener behind. */
export const abortable = <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal!.reason as Error);
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
    promise.then(resolve, reject).finally(() => signal?.removeEventListener('abort', stop));
  });

/** Resolves after `seconds`; rejects with the reason of `signal` once that aborts. */
export const sleep = (seconds: number, signal?: AbortSignal): Promise<void> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, seconds * 1000)));
  return abortable(over, signal).finally(() => clearTimeout(timer));
};

/** The events of a page after which time may have passed unnoticed, or the network may be back. */
type PageEvent = 'online' | 'visibilitychange' | 'pageshow';

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
    const page = globalThis as Partial<Pick<Window, 'addEventListener' | 'removeEventListener'>>;
    for (const type of this.#types)
      page[hasReason ? 'addEventListener' : 'removeEventListener']?.(type, this.#listener);
  }
}

/** Whether this code runs in a service worker, which handles the requests of all pages of a site and outlives them. */
export const isServiceWorker = (): boolean => 'ServiceWorkerGlobalScope' in globalThis;
