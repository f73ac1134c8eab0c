import { answered } from './reply.ts';
import type { Reply } from './reply.ts';
import type { Gathered, Replies } from './replies.ts';

/**
 * The result of a check. Its texts quote nothing that an endpoint has sent, except statuses, times and names of
 * headers.
 */
export interface Outcome {
  readonly result: 'passed' | 'failed' | 'not-tried';
  /** The observation. */
  readonly message: string;
  /** The change to make, or the condition for trying the check; empty if the rule itself says that. */
  readonly remedy: string;
}

type NotTried = Omit<Outcome, 'result'>;

/** `undefined` for a rule that is kept; a sentence that says what is wrong; or why the rule was not tried. */
export type Verdict = undefined | string | NotTried;

/** A rule of the protocol that an endpoint has to keep. */
export interface Must {
  /** The number of the rule, which no other rule ever gets. */
  readonly number: `P${number}`;
  /** The sentence of `docs/protocol.md`. */
  readonly must: string;
  /** What to change if the rule is not kept, where the rule itself does not say that. */
  readonly remedy?: string;
  /** Judges the rule by all replies, or by the first call alone. */
  readonly check: ((replies: Replies) => Verdict) | { readonly first: (first: Reply, url: string) => Verdict };
}

function verdictOf(check: Must['check'], { first, url, all }: Gathered): Verdict {
  if ('first' in check) return check.first(first, url);
  return all ? check(all) : notAsked;
}

export function outcomeOf({ remedy = '', check }: Must, gathered: Gathered): Outcome {
  const verdict = verdictOf(check, gathered);
  if (verdict === undefined) return { result: 'passed', message: 'The endpoint keeps this rule.', remedy: '' };
  if (typeof verdict === 'string') return { result: 'failed', message: verdict, remedy };
  return { result: 'not-tried', ...verdict };
}

/** The verdict about calls that were not made. */
export const notAsked: NotTried = {
  message:
    'This was not tried: the first call had no answer with tokens, or the time or the rate limit was over before.',
  remedy:
    'Mend what has failed above. A rate limit has to leave room for fifty calls, and two calls fit into a second.',
};

/** Finds fault with any other status. */
export const wrongStatus = (reply: Reply, isRight: (status: number) => boolean): Verdict =>
  isRight(reply.status) ? undefined : answered(reply);

/** Finds fault with an answer that has no token for the URL. */
export function withoutToken(reply: Reply, url: string): string | undefined {
  if (reply.status !== 200) return answered(reply);
  return reply.tokenFor(url) ? undefined : 'The endpoint sent no token for the URL.';
}
