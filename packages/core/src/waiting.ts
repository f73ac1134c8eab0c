import { reasonOf } from './older-browsers.ts';

/** Settles as `promise` does, or rejects with the reason of `signal` once that aborts. Leaves no listener behind. */
export const abortable = <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(reasonOf(signal!));
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
    promise.then(resolve, reject).finally(() => signal?.removeEventListener('abort', stop));
  });

/** Resolves after `seconds`; rejects with the reason of `signal` once that aborts. */
export const sleep = (seconds: number, signal?: AbortSignal): Promise<void> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, seconds * 1000);
  });
  return abortable(over, signal).finally(() => clearTimeout(timer));
};

/**
 * Calls `listener` with each event of these types. The option `signal` of `addEventListener` is not used, because older
 * browsers ignore it.
 * @param target whatever has events; anything else has none
 * @returns a function that stops this
 */
export function listen(
  target: Partial<EventTarget> | undefined,
  types: readonly string[],
  listener: (event: never) => unknown,
  capture = false,
): () => void {
  for (const type of types) target?.addEventListener?.(type, listener as EventListener, capture);
  return () => {
    for (const type of types) target?.removeEventListener?.(type, listener as EventListener, capture);
  };
}

/**
 * Calls `listener` when the network is back, only while there is a reason: a source that is never destroyed leaks
 * nothing.
 */
export function listenForNetwork(listener: () => void, hasReason: boolean): void {
  const page = globalThis as Partial<Pick<Window, 'addEventListener' | 'removeEventListener'>>;
  page[hasReason ? 'addEventListener' : 'removeEventListener']?.('online', listener);
}

/** Whether the browser reports that it is offline; `false` outside of browsers. */
export const isOffline = (): boolean => (globalThis.navigator as Partial<Navigator> | undefined)?.onLine === false;

/** Whether this code runs in a service worker, which handles the requests of all pages of a site and outlives them. */
export const isServiceWorker = (): boolean => 'ServiceWorkerGlobalScope' in globalThis;
