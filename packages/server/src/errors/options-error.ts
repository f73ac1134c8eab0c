/**
 * An `ERR_OPTIONS` error that the `isSecureTokenError` of `secure-token-core` recognises. It is defined here because
 * this package imports only a type from core. The message names the option, says what is wrong and what to write
 * instead, and never contains a secret.
 */
export class OptionsError extends Error {
  override readonly name = 'SecureTokenError';
  readonly code = 'ERR_OPTIONS';
  /** The subject of the error: `url` for a URL that is not signed, otherwise the name of the wrong option. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** Names the kind of `value`, or the number itself. Never quotes a text, which may be a secret. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null || typeof value === 'number') return String(value);
  if (typeof value === 'string') return value === '' ? 'empty text' : 'text';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * Creates an `ERR_OPTIONS` error. `optionsError('ttl', 'Give a number of seconds.', '60')` reads "ttl: this is text.
 * Give a number of seconds."
 *
 * @param given the value of the option, if its kind explains the error: the message contains its kind, or the number
 */
export function optionsError(option: string, remedy: string, ...given: readonly unknown[]): OptionsError {
  const wrong = given.length > 0 ? `this is ${kindOf(given[0])}. ` : '';
  return new OptionsError(option, `${option}: ${wrong}${remedy}`);
}

/** Whether `error` says that the input was wrong, as opposed to a failure of a key store or of the network. */
export function isOptionsError(error: unknown): boolean {
  return error instanceof Error && error.name === 'SecureTokenError' && 'code' in error && error.code === 'ERR_OPTIONS';
}

/**
 * Whether a format says with `error` that it does not sign this URL. Every other error, such as one about a key, says
 * that the format can sign no URL at all: viewers must not be denied because of it. An `ERR_OPTIONS` error without an
 * `option`, as a custom format may throw, is about the URL.
 */
export function refusesUrl(error: unknown): boolean {
  return isOptionsError(error) && ((error as { option?: unknown }).option ?? 'url') === 'url';
}

/**
 * The error for a secret that is missing when it is needed. It is not `ERR_OPTIONS`, which says that a URL cannot be
 * signed: a viewer must not be denied because a secret store is down. The endpoint and the edge answer 503.
 */
export class SecretError extends Error {
  override readonly name = 'SecureTokenError';
  readonly code = 'ERR_SECRET';
}
