import type { Reply } from './endpoint-caller.ts';
import type { Replies } from './replies.ts';

/**
 * The result of a check. Its texts quote nothing that an endpoint has sent, except statuses, times and names of
 * headers.
 */
export interface Outcome {
  readonly result: 'passed' | 'failed' | 'not-tried';
  /** The observation. */
  readonly message: string;
  /** The change to make, or the condition for trying the check; empty for a check that has passed. */
  readonly remedy: string;
}

/** Judges one must by the replies. */
export type Check = (replies: Replies) => Outcome;

export const passed = (message: string): Outcome => ({ result: 'passed', message, remedy: '' });
export const failed = (message: string, remedy: string): Outcome => ({ result: 'failed', message, remedy });
export const notTried = (message: string, remedy: string): Outcome => ({ result: 'not-tried', message, remedy });

/** Returns the outcome for a call that was not made. */
export const notAsked = (): Outcome =>
  notTried(
    'This was not asked: the first call had no answer with tokens, or the time or the rate limit was over before.',
    'Mend what has failed above. A rate limit has to leave room for fifty calls.',
  );

/** Judges a call if it was made; otherwise returns `notAsked()`. */
export const judge = (reply: Reply | undefined, check: (reply: Reply) => Outcome): Outcome =>
  reply ? check(reply) : notAsked();

/** Returns the status of a reply, or why there is none, in a sentence. */
export const answered = ({ status, failure }: Reply): string => failure ?? `The endpoint answered ${status}.`;

/** Tells whether a status blames this call, and neither the viewer nor an outage. */
export const isOwnFault = ({ status }: Reply): boolean =>
  status >= 400 && status < 500 && ![401, 403, 408, 429].includes(status);
