import { isAnswer } from '../observations.ts';
import type { Answer, Outcome } from '../observations.ts';

export const isServed = (outcome: Outcome | undefined): outcome is Answer =>
  isAnswer(outcome) && outcome.status >= 200 && outcome.status < 300;

/** A refusal of the token or of its absence, as CDNs and stores tell it. */
export const isRefused = (outcome: Outcome | undefined): outcome is Answer =>
  isAnswer(outcome) && [400, 401, 403, 410].includes(outcome.status);

/** Where a redirect leads; `undefined` for any other answer. */
export function targetOf({ url, status, headers }: Answer): URL | undefined {
  const location = headers.get('location');
  if (status < 300 || status > 399 || location === null) return undefined;
  try {
    return new URL(location, url);
  } catch {
    return undefined;
  }
}
