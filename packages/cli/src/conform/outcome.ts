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

interface NotTried {
  readonly message: string;
  readonly remedy: string;
}

/** `undefined` for a rule that is kept; a sentence that says what is wrong; or why the rule was not tried. */
export type Verdict = undefined | string | NotTried;

/** A rule of the protocol that an endpoint has to keep. */
export interface Must {
  /** The number of the rule, which no other rule ever gets. */
  readonly number: `P${number}`;
  /** The sentence of `docs/protocol.md`. */
  readonly must: string;
  /** What to change if the rule is not kept. */
  readonly remedy: string;
  /** Judges the rule by the replies. */
  readonly check: (replies: Replies) => Verdict;
}

export function outcomeOf({ remedy, check }: Must, replies: Replies): Outcome {
  const verdict = check(replies);
  if (verdict === undefined) return { result: 'passed', message: 'The endpoint keeps this rule.', remedy: '' };
  if (typeof verdict === 'string') return { result: 'failed', message: verdict, remedy };
  return { result: 'not-tried', ...verdict };
}

/** The verdict about a call that was not made. */
export const notAsked: NotTried = {
  message:
    'This was not tried: the first call had no answer with tokens, or the time or the rate limit was over before.',
  remedy:
    'Mend what has failed above. A rate limit has to leave room for fifty calls, and two calls fit into a second.',
};

/** Judges a call if it was made. */
export const judge = (reply: Reply | undefined, check: (reply: Reply) => Verdict): Verdict =>
  reply ? check(reply) : notAsked;

/** Finds fault with any other status. */
export const wrongStatus = (reply: Reply | undefined, isRight: (status: number) => boolean): Verdict =>
  judge(reply, (it) => (isRight(it.status) ? undefined : answered(it)));

/** Finds fault with an answer that has no token for the URL. */
export const withoutToken = (reply: Reply | undefined, url: string): Verdict =>
  judge(reply, (it) => {
    if (it.status !== 200) return answered(it);
    return it.tokenFor(url) ? undefined : 'The endpoint sent no token for the URL.';
  });

/** Returns the status of a reply, or why there is none, in a sentence. */
export const answered = ({ status, failure }: Reply): string =>
  failure === undefined ? `The endpoint answered ${status}.` : `No answer: ${failure}.`;

/** Returns the URLs of a call about which its answer says nothing. */
export function unanswered({ urls, denied, tokenFor }: Reply): readonly string[] {
  const isDenied = new Set(denied);
  return urls.filter((url) => !isDenied.has(url) && !tokenFor(url));
}
