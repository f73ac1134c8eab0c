/**
 * An error for a call that cannot work. The message says what is wrong and what to give instead, and is shown
 * unchanged.
 */
export class CliError extends Error {
  readonly code = 'ERR_OPTIONS';
}
