/** Outside of browsers nobody knows. */
const isOffline = (): boolean => (globalThis.navigator as Partial<Navigator> | undefined)?.onLine === false;

/** A browser may be wrong when it says so. */
const OFFLINE_DELAY_MS = 15_000;

/** @param delayMs `undefined`: no time ends it */
const pause = (delayMs: number | undefined, signal: AbortSignal | undefined): Promise<void> =>
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
    if (delayMs !== undefined) timer = setTimeout(end, delayMs);
  });

/**
 * Resolves after `delayMs`; while offline when the network is back, for those who count their tries. An aborted
 * `signal` ends it.
 */
export const pauseFor = (delayMs: number, signal: AbortSignal | undefined): Promise<void> =>
  pause(isOffline() ? undefined : delayMs, signal);

/** The same for those who try without end: also while offline after a time. */
export const pauseBetweenTries = (delayMs: number, signal: AbortSignal | undefined): Promise<void> =>
  pause(isOffline() ? Math.max(delayMs, OFFLINE_DELAY_MS) : delayMs, signal);
