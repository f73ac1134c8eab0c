import { isOffline } from './realm.ts';

/** `promise`, or the reason of `signal` as soon as it aborts. Leaves no listener behind. */
export const abortable = <T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(signal!.reason as Error);
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop);
    promise.then(resolve, reject).finally(() => signal?.removeEventListener('abort', stop));
  });

/** A browser may be wrong when it says that it is offline. */
const OFFLINE_DELAY_MS = 15_000;

/**
 * Resolves after `delayMs`. While the browser is offline it resolves when the network is back, or after 15 s: whoever
 * counts tries leaves out those that are made offline. An aborted `signal` ends the pause.
 */
export const pauseFor = (delayMs: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) {
      resolve();
      return;
    }
    const listening = new AbortController();
    const end = (): void => {
      clearTimeout(timer);
      listening.abort();
      resolve();
    };
    const timer = setTimeout(end, isOffline() ? Math.max(delayMs, OFFLINE_DELAY_MS) : delayMs);
    signal?.addEventListener('abort', end, { signal: listening.signal });
    (globalThis as Partial<Pick<Window, 'addEventListener'>>).addEventListener?.('online', end, {
      signal: listening.signal,
    });
  });
