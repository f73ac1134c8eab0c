/** A call that cannot work. The message names what is wrong and what to give instead, and is shown as it is. */
export class CliError extends Error {
  readonly code = 'ERR_OPTIONS';
}
