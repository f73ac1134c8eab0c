import { pauseFor, retryDelay } from 'secure-token-core/adapter';

/**
 * Waits before the next attempt. The delays are those of `retryDelay`, but one failure behind: at most half a second
 * after the first failure.
 */
export const pause = (failures: number, signal: AbortSignal | undefined): Promise<void> =>
  pauseFor(retryDelay({ failures: failures - 1 }, Math.random()) * 1000, signal);
