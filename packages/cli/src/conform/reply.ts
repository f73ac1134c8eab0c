import { isAnswer } from '../doctor/observations.ts';
import type { Outcome } from '../doctor/observations.ts';
import { isObject, parseJson, readAnswer } from '../endpoint-answer.ts';
import type { SentAnswer } from '../endpoint-answer.ts';

/** The answer to one call; without tokens if it is no JSON object. */
export interface Reply extends SentAnswer {
  /** The URLs of the call; empty if the body was not a request. */
  readonly urls: readonly string[];
  /** The status; 0 if no answer came. */
  readonly status: number;
  readonly headers: Headers;
  /** The body as JSON; `undefined` if it is not JSON. */
  readonly answer: unknown;
  /** The reason why no answer came. */
  readonly failure?: string;
}

/** Reads the outcome of a call for `urls`. */
export function replyOf(urls: readonly string[], outcome: NonNullable<Outcome>): Reply {
  const seen = isAnswer(outcome) ? outcome : { ...outcome, status: 0, headers: new Headers(), body: '' };
  const answer = parseJson(seen.body ?? '');
  return { ...seen, ...readAnswer(isObject(answer) ? answer : {}, seen.headers), urls, answer };
}

/** Returns the status of a reply, or why there is none, in a sentence. */
export const answered = ({ status, failure }: Reply): string =>
  failure === undefined ? `The endpoint answered ${status}.` : `No answer: ${failure}.`;

/** Returns the URLs of a call about which its answer says nothing. */
export function unanswered({ urls, denied, tokenFor }: Reply): readonly string[] {
  const isDenied = new Set(denied);
  return urls.filter((url) => !isDenied.has(url) && !tokenFor(url));
}
