import { isAnswer } from '../observations.ts';
import type { Answer, Outcome } from '../observations.ts';

export const isServed = (outcome: Outcome | undefined): outcome is Answer =>
  isAnswer(outcome) && outcome.status >= 200 && outcome.status < 300;

/** Tells whether an answer refuses the token or its absence, in the ways of CDNs and stores. */
export const isRefused = (outcome: Outcome | undefined): outcome is Answer =>
  isAnswer(outcome) && [400, 401, 403, 410].includes(outcome.status);

/** Returns the target of a redirect; `undefined` for any other answer. */
export function targetOf({ url, status, headers }: Answer): URL | undefined {
  const location = headers.get('location');
  if (status < 300 || status > 399 || location === null) return undefined;
  try {
    return new URL(location, url);
  } catch {
    return undefined;
  }
}
