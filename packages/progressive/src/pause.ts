/** Full-jitter back-off of 15 s at most; while offline until the network is back. */
export const pause = (attempt: number, signal: AbortSignal | undefined): Promise<unknown> =>
  new Promise((resolve) => {
    signal?.addEventListener('abort', resolve, { once: true });
    addEventListener('online', resolve, { once: true });
    if (navigator.onLine) setTimeout(resolve, Math.random() * Math.min(15_000, 250 * 2 ** attempt));
  });
