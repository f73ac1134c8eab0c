import type { SecureTokenError } from '../contract/secure-token-error.ts';
import { isSecureTokenError } from '../contract/secure-token-error.ts';

/**
 * Whether a failure to get a token ends by itself: the signing endpoint does not answer. An adapter waits, or reports
 * what its player tries again. Any other failure is final until tokens are renewed.
 */
export const isOutage = (error: unknown): error is SecureTokenError =>
  isSecureTokenError(error) && error.code === 'ERR_SIGNING_UNAVAILABLE';
