import { jitteredDelay } from 'secure-token-core';

const MAX_DELAY_SECONDS = 15;

/** Outside of browsers nobody knows. */
const isOffline = (): boolean => (globalThis.navigator as Partial<Navigator> | undefined)?.onLine === false;

/** Resolves after `delayMs`; while offline when the network is back. An aborted `signal` ends it. */
export const pauseFor = (delayMs: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const listening = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const end = (): void => {
      clearTimeout(timer);
      listening.abort();
      resolve();
    };
    if (signal?.aborted) {
      resolve();
      return;
    }
    signal?.addEventListener('abort', end, { signal: listening.signal });
    (globalThis as Partial<Pick<Window, 'addEventListener'>>).addEventListener?.('online', end, {
      signal: listening.signal,
    });
    if (!isOffline()) timer = setTimeout(end, delayMs);
  });

/** Full-jitter back-off, half a second at most after the first failure, as `pauseFor`. */
export const pause = (failures: number, signal: AbortSignal | undefined): Promise<void> =>
  pauseFor(jitteredDelay(failures - 1, MAX_DELAY_SECONDS, Math.random()) * 1000, signal);
