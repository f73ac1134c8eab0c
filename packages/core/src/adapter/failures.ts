import type { SecureTokenError } from '../contract/errors.ts';
import { isSecureTokenError } from '../contract/errors.ts';

/**
 * Tells whether a failure to get a token is an outage: the signing endpoint does not answer. Players retry that; any
 * other failure is final until tokens are renewed.
 */
export const isOutage = (error: unknown): error is SecureTokenError =>
  isSecureTokenError(error) && error.code === 'ERR_SIGNING_UNAVAILABLE';
