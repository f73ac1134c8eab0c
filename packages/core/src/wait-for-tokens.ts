import type { TokenSource } from './token-source.ts';

/**
 * Resolves when tokens come in again, or after `ms`: how an adapter waits that holds a request while there is none.
 * @throws the reason of `signal`
 */
export const waitForTokens = (source: TokenSource, ms: number | undefined, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = ms === undefined ? undefined : setTimeout(() => end(resolve), ms);
    const onRenewed = (): void => end(resolve);
    const onAbort = (): void => end(() => reject(signal.reason as Error));
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      source.removeEventListener('tokenrenewed', onRenewed);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    source.addEventListener('tokenrenewed', onRenewed);
    signal.addEventListener('abort', onAbort);
  });
