import type { SecureTokenError } from '../contract/errors.ts';

/** What is known of a failed call, beside its error. */
export interface FailedCall {
  /** The number of tokens that it asked for. */
  readonly tokens: number;
  /** Whether it asked for predicted names, which may never exist. */
  readonly hasGuesses: boolean;
  /** Whether it is what is left of a call that was split: it is not split once more. */
  readonly isSplit: boolean;
  /** Whether it was sent before the viewer's last log-in. */
  readonly isBeforeLogin: boolean;
}

/**
 * What becomes of a failed call:
 *
 * - `drop guesses`: the call is made again without the predicted names.
 * - `split`: calls are made for halves, so that one bad URL fails alone.
 * - `retry`: the call is made again after a pause, while somebody waits.
 * - `ask again`: the call is made again at once, because the denial was for the viewer before the log-in.
 * - `deny`: its URLs are denied until `renew()`.
 * - `give up`: whoever waits gets the error.
 */
export type Decision = 'drop guesses' | 'split' | 'retry' | 'ask again' | 'deny' | 'give up';

/** Whether a call may have failed because of one of its URLs. Other statuses are about the viewer or the endpoint. */
export const isAboutUrls = ({ status }: SecureTokenError): boolean =>
  status === 400 || status === 413 || status === 500;

/** Decides what becomes of a failed call. */
export function decide(error: SecureTokenError, call: FailedCall): Decision {
  const isOutage = error.code === 'ERR_SIGNING_UNAVAILABLE';
  // a 429 is about the number of calls, and a failure without a status about the network
  if (call.hasGuesses && (!isOutage || isAboutUrls(error))) return 'drop guesses';
  if (isAboutUrls(error) && call.tokens > 1 && !call.isSplit) return 'split';
  if (isOutage) return 'retry';
  if (error.code !== 'ERR_DENIED') return 'give up';
  return call.isBeforeLogin ? 'ask again' : 'deny';
}
