/** A short disturbance: the largest number of failures in a row, and the time in which they come, in seconds. */
const QUICK_TRIES = 4;
const QUICK_SECONDS = 10;

/**
 * The longest delay, in seconds, between two tries of a request that waits, after the quick tries. The shortest delay
 * is half of it.
 */
const LONGEST_DELAY = 10;

/** The largest number of seconds that a viewer waits longer than `Retry-After` says. */
const LONGEST_SPREAD = 10;

/** The share of the remaining life of a token after which a failed renewal is tried again: before the token ends. */
const SHARE_OF_REST = { least: 0.5, most: 0.95 };

const between = (least: number, most: number, random: number): number => least + (most - least) * random;

/** A row of failed calls to the signing endpoint, or of other failed requests. */
export interface Failing {
  /** The number of failures in a row, including the last one. */
  readonly failures: number;
  /** Seconds from the first of these failures to the last. @default 0 */
  readonly lasted?: number;
  /** Seconds that the endpoint asks callers to wait (`Retry-After`, RFC 9110 section 10.2.3). */
  readonly retryAfter?: number | undefined;
}

/**
 * Returns the seconds after which a request that waits is tried again. The first four retries come quickly, with full
 * jitter: after up to 1, 2, 4 and 8 seconds. All other retries, and all retries in an outage that has lasted for ten
 * seconds (`QUICK_SECONDS`), come after 5 to 10 seconds, drawn anew each time. So a viewer has tokens at most ten
 * seconds after the endpoint is back, and about a seventh of a waiting audience calls in the same second (a fifth with
 * full jitter from 0 to 10 seconds).
 *
 * `Retry-After` replaces these delays. It may name the same moment to a whole audience, so each viewer waits up to
 * twice as long, but at most ten seconds longer.
 * @param random 0…1
 * @param limit the longest delay in seconds, except after `Retry-After`; at most, and by default, ten
 */
export function retryDelay({ failures, lasted = 0, retryAfter }: Failing, random: number, limit?: number): number {
  const longest = limit ?? Infinity;
  if (retryAfter !== undefined) return retryAfter + random * Math.min(LONGEST_SPREAD, longest, retryAfter);
  const most = Math.min(LONGEST_DELAY, longest);
  const isHiccup = failures <= QUICK_TRIES && lasted < QUICK_SECONDS;
  if (isHiccup) return random * Math.min(most, 2 ** (failures - 1));
  return between(most / 2, most, random);
}

/**
 * Returns the seconds after which a failed renewal that no request waits for is tried again: before the token ends, but
 * not earlier than a request that waits would be tried again.
 * @param delay the delay of a request that waits
 * @param rest seconds for which requests still use the token that is to be renewed
 * @param random 0…1
 * @param limit the longest of these delays in seconds (`retry.backoffLimit`)
 */
export const retryDelayAhead = (delay: number, rest: number, random: number, limit: number): number =>
  Math.max(delay, Math.min(rest, limit) * between(SHARE_OF_REST.least, SHARE_OF_REST.most, random));
