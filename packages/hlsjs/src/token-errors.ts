import type { SecureTokenError } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';

/** By the `networkDetails` that hls.js hands out with an error. */
const errors = new WeakMap<object, SecureTokenError>();

/** The request that the loader reports to hls.js with `details` ended with `error`. */
export function noteTokenError(details: unknown, error: SecureTokenError): void {
  if (typeof details === 'object' && details !== null) errors.set(details, error);
}

/** The error of ours behind `details`: of an XMLHttpRequest or Response, or that error itself where nobody answered. */
export function tokenErrorOf(details: unknown): SecureTokenError | undefined {
  if (isSecureTokenError(details)) return details;
  return typeof details === 'object' && details !== null ? errors.get(details) : undefined;
}
