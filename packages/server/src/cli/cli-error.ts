/** A call that cannot work; the message is shown as it is. */
export class CliError extends Error {}
