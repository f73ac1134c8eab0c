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
