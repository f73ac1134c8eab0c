/**
 * An `ERR_OPTIONS` error that the `isSecureTokenError` of `secure-token-core` recognises, made here because this
 * package takes nothing but a type from core. The message names the option, says what is wrong and what to write
 * instead, and never holds a secret.
 */
export class OptionsError extends Error {
  override readonly name = 'SecureTokenError';
  readonly code = 'ERR_OPTIONS';
  /** What the error is about: `url` for a URL that is not signed, else the option that is wrong. */
  readonly option: string;

  constructor(option: string, message: string) {
    super(message);
    this.option = option;
  }
}

/** Names the kind of `value`, never its content, which may be a secret. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value === '' ? 'empty text' : 'text';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/**
 * `optionsError('ttl', 'Give a number of seconds.', '60')` reads "ttl: this is text. Give a number of seconds."
 * @param given what was found there, where that says what is wrong; only its kind is told, or its number
 */
export function optionsError(option: string, remedy: string, ...given: readonly unknown[]): OptionsError {
  const wrong = given.length > 0 ? `this is ${kindOf(given[0])}. ` : '';
  return new OptionsError(option, `${option}: ${wrong}${remedy}`);
}

/** Whether `error` says that the input was wrong, as opposed to a key store or a network that failed. */
export function isOptionsError(error: unknown): boolean {
  return error instanceof Error && error.name === 'SecureTokenError' && 'code' in error && error.code === 'ERR_OPTIONS';
}

/**
 * Whether a format says with `error` that it does not sign this URL. All other errors say that it can sign none, such
 * as one about a key: viewers must not be denied because of those. A format of the team's own names no option.
 */
export function refusesUrl(error: unknown): boolean {
  return isOptionsError(error) && ((error as { option?: unknown }).option ?? 'url') === 'url';
}
