const MAX_DELAY_MS = 15_000;
const FIRST_DELAY_MS = 250;

/** Resolves after `delayMs`; while offline when the network is back. An aborted `signal` ends it. */
export const pauseFor = (delayMs: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const listening = new AbortController();
    const end = (): void => {
      listening.abort();
      resolve();
    };
    if (signal?.aborted) {
      resolve();
      return;
    }
    signal?.addEventListener('abort', end, { signal: listening.signal });
    addEventListener('online', end, { signal: listening.signal });
    if (navigator.onLine) setTimeout(end, delayMs);
  });

/** Full-jitter back-off, as `pauseFor`. */
export const pause = (attempt: number, signal: AbortSignal | undefined): Promise<void> =>
  pauseFor(Math.random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt), signal);
