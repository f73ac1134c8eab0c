import type { SecureTokenError } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';

/** Our errors, by the `networkDetails` that hls.js passes on with an error. */
const errors = new WeakMap<object, SecureTokenError>();

/** Notes that the request which the loader reports to hls.js with `details` ended with `error`. */
export function noteTokenError(details: unknown, error: SecureTokenError): void {
  if (typeof details === 'object' && details !== null) errors.set(details, error);
}

/**
 * Returns our error for `details`, an XMLHttpRequest or Response; without an answer, `details` is that error itself.
 */
export function tokenErrorOf(details: unknown): SecureTokenError | undefined {
  if (isSecureTokenError(details)) return details;
  return typeof details === 'object' && details !== null ? errors.get(details) : undefined;
}
