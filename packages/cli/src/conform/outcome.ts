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

/** A rule of the protocol that an endpoint has to keep. */
export interface Must {
  /** The number of the rule, which no other rule ever gets. */
  readonly number: `P${number}`;
  /** The sentence of `docs/protocol.md`. */
  readonly must: string;
  /** Judges the rule by the replies. */
  readonly check: (replies: Replies) => Outcome;
}

export const must = (number: Must['number'], sentence: string, check: Must['check']): Must => ({
  number,
  must: sentence,
  check,
});

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

/** Passes an answer with one of these statuses, and fails any other. */
export const hasStatus = (reply: Reply | undefined, isRight: (status: number) => boolean, remedy: string): Outcome =>
  judge(reply, (it) => (isRight(it.status) ? passed(answered(it)) : failed(answered(it), remedy)));

/** Passes an answer with a token for the URL. */
export const bringsToken = (reply: Reply | undefined, { url }: Replies, remedy: string): Outcome =>
  judge(reply, (it) => {
    if (it.status !== 200) return failed(answered(it), remedy);
    return it.tokenFor(url)
      ? passed('The endpoint answered 200, with a token.')
      : failed('The endpoint sent no token for the URL.', remedy);
  });

/** Returns the status of a reply, or why there is none, in a sentence. */
export const answered = ({ status, failure }: Reply): string => failure ?? `The endpoint answered ${status}.`;

/** Returns the URLs of a call about which its answer says nothing. */
export function unanswered({ urls, denied, tokenFor }: Reply): readonly string[] {
  const isDenied = new Set(denied);
  return urls.filter((url) => !isDenied.has(url) && !tokenFor(url));
}
