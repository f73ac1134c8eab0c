import type { Settings } from '../contract/options.ts';

/** The largest default of `renewBefore`, in seconds. */
const AHEAD_SECONDS = 60;
/** The default of `renewBefore` is this share of the lifetime, if that is less. */
const AHEAD_SHARE = 1 / 4;
/** The largest default of `renewBefore`, and the largest jitter, in seconds, if the edge renews: the edge goes first. */
const BEHIND_EDGE_SECONDS = 15;
/** The share of its lifetime, from the start, in which a token is never renewed: a short one would be without end. */
const RESTING_SHARE = 1 / 4;

/** The options on which the time of a renewal depends. */
export type RenewalSettings = Pick<Settings, 'renewBefore' | 'jitter' | 'random' | 'adopt'>;

/**
 * Returns the time from which a token is renewed, in unix seconds.
 * @param expires unix seconds; @param lifetime seconds
 */
export function renewalTime(
  expires: number,
  lifetime: number,
  { renewBefore, jitter, random, adopt }: RenewalSettings,
): number {
  const ahead = renewBefore ?? Math.min(adopt ? BEHIND_EDGE_SECONDS : AHEAD_SECONDS, lifetime * AHEAD_SHARE);
  const earlier = Math.min(lifetime * jitter, adopt ? BEHIND_EDGE_SECONDS : Infinity);
  return expires - Math.min(ahead + earlier * random(), lifetime * (1 - RESTING_SHARE));
}
