import { jitteredDelay } from './jittered-delay.ts';
import { MAX_PAUSE_SECONDS } from './pause.ts';
import type { SecureTokenError } from './secure-token-error.ts';
import { isSecureTokenError } from './secure-token-error.ts';

/** Beyond this a viewer would wait for nothing but the back-off. */
const MAX_DELAY_SECONDS = 15;

/**
 * Whether a failure to get a token ends by itself: the signing endpoint does not answer. An adapter waits, or reports
 * what its player tries again. Any other failure is final until tokens are renewed.
 */
export const isOutage = (error: unknown): error is SecureTokenError =>
  isSecureTokenError(error) && error.code === 'ERR_SIGNING_UNAVAILABLE';

/**
 * How long an adapter that waits out an outage leaves the token source alone.
 * @param failures in a row, this one included
 * @param random 0…1
 */
export const outagePauseMs = (
  { retryAfter }: SecureTokenError,
  failures: number,
  random: number = Math.random(),
): number => Math.min(retryAfter ?? jitteredDelay(failures, MAX_DELAY_SECONDS, random), MAX_PAUSE_SECONDS) * 1000;
