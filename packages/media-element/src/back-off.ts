import { pauseAfter, pauseFor } from 'secure-token-core/adapter';

/**
 * Waits before the next attempt. The delays are those of `pauseAfter`, but one failure behind: at most half a second
 * after the first failure.
 */
export const pause = (failures: number, signal: AbortSignal | undefined): Promise<void> =>
  pauseFor(pauseAfter(failures - 1, 0, Math.random()) * 1000, signal);
