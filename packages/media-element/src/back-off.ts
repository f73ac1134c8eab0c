import { jitteredDelay, pauseFor } from 'secure-token-core';

const MAX_DELAY_SECONDS = 15;

/** Full-jitter back-off, half a second at most after the first failure, as `pauseFor`. */
export const pause = (failures: number, signal: AbortSignal | undefined): Promise<void> =>
  pauseFor(jitteredDelay(failures - 1, MAX_DELAY_SECONDS, Math.random()) * 1000, signal);
