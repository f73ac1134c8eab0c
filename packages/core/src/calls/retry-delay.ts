/** Failures in a row after which it is no hiccup. */
const QUICK_TRIES = 4;

/**
 * Seconds between two tries of a request that waits, once the quick ones have failed: at most; half as many at least.
 */
const LONGEST_DELAY = 10;

/** Share of what is left of a token after which a failed renewal is tried again: well before its end. */
const SHARE_OF_REST = { least: 0.5, most: 0.95 };

const between = (least: number, most: number, random: number): number => least + (most - least) * random;

/** A row of failed calls to the signing endpoint, or of other failed requests. */
export interface Failing {
  /** In a row, the last one included. */
  readonly failures: number;
  /** Seconds from the first of them to the last. @default 0 */
  readonly lasted?: number;
  /** Seconds for which the endpoint has asked to be left alone (`Retry-After`, RFC 9110 section 10.2.3). */
  readonly retryAfter?: number | undefined;
}

/**
 * Seconds after which a request that waits is tried again. The first four tries come quickly, with full jitter: after
 * up to 1, 2, 4 and 8 seconds. All others, and all in an outage that has lasted for ten seconds, come after 5 to 10
 * seconds, drawn anew each time: a viewer has tokens at most ten seconds after the endpoint is back, and of an audience
 * that waits about a seventh calls in the same second (full jitter from 0 to 10 seconds: a fifth).
 *
 * `Retry-After` wins. It may name one moment to a whole audience: each viewer waits up to twice as long, at most ten
 * seconds longer.
 * @param random 0…1
 * @param limit the longest delay in seconds, but for `Retry-After`; ten if it is left out
 */
export function retryDelay({ failures, lasted = 0, retryAfter }: Failing, random: number, limit?: number): number {
  const most = Math.min(LONGEST_DELAY, limit ?? Infinity);
  if (retryAfter !== undefined) return retryAfter + random * Math.min(most, retryAfter);
  const isHiccup = failures <= QUICK_TRIES && lasted < LONGEST_DELAY;
  if (isHiccup) return random * Math.min(most, 2 ** (failures - 1));
  return between(most / 2, most, random);
}

/**
 * Seconds after which a failed renewal that nobody waits for is tried again: before what is to be renewed ends, but not
 * before a request that waits would be.
 * @param delay of a request that waits
 * @param rest seconds for which what is to be renewed is still used
 * @param random 0…1
 * @param limit the longest of these delays in seconds (`retry.backoffLimit`)
 */
export const retryDelayAhead = (delay: number, rest: number, random: number, limit: number): number =>
  Math.max(delay, Math.min(rest, limit) * between(SHARE_OF_REST.least, SHARE_OF_REST.most, random));
