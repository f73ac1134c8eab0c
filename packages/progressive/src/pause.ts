/** Full-jitter back-off of 15 s at most; while offline until the network is back. */
export const pause = (attempt: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const listening = new AbortController();
    const end = (): void => {
      listening.abort();
      resolve();
    };
    signal?.addEventListener('abort', end, { signal: listening.signal });
    addEventListener('online', end, { signal: listening.signal });
    if (navigator.onLine) setTimeout(end, Math.random() * Math.min(15_000, 250 * 2 ** attempt));
  });
