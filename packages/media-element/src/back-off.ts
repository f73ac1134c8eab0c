import { pauseFor, retryDelay } from 'secure-token-core/adapter';

/** Pauses as a request that waits for a token does; half a second at most after the first failure. */
export const pause = (failures: number, signal: AbortSignal | undefined): Promise<void> =>
  pauseFor(retryDelay({ failures: failures - 1 }, Math.random()) * 1000, signal);
