/**
 * An `ERR_OPTIONS` error that the `isSecureTokenError` of `secure-token-core` recognises, made here because this
 * package takes nothing but a type from core. The message names the option and what to do, and never holds a secret.
 */
export class OptionsError extends Error {
  override readonly name = 'SecureTokenError';
  readonly code = 'ERR_OPTIONS';
}

/** `optionsError('ttl', 'give a whole number of seconds')` reads "ttl: give a whole number of seconds". */
export function optionsError(option: string, remedy: string): OptionsError {
  return new OptionsError(`${option}: ${remedy}`);
}

/** Whether `error` says that the input was wrong, as opposed to a key store or a network that failed. */
export function isOptionsError(error: unknown): boolean {
  return error instanceof Error && error.name === 'SecureTokenError' && 'code' in error && error.code === 'ERR_OPTIONS';
}
