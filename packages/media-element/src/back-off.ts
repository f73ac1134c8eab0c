const MAX_DELAY_MS = 15_000;
const FIRST_DELAY_MS = 250;

/** Full-jitter back-off, `leastMs` at least; while offline until the network is back. An aborted `signal` ends it. */
export const pause = (attempt: number, signal: AbortSignal | undefined, leastMs = 0): Promise<void> =>
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
    const delayMs = Math.random() * Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt);
    if (navigator.onLine) setTimeout(end, Math.max(leastMs, delayMs));
  });
