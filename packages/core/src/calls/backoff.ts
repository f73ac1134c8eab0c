import type { SecureTokenError } from '../contract/errors.ts';
import type { Settings } from '../contract/options.ts';

/** The least and the longest pause, in seconds, after the first failure, after later ones, and in a long outage. */
const FIRST_PAUSE = { least: 0, longest: 4.3 };
const NEXT_PAUSES = { least: 4, longest: 4.6 };
const LONG_OUTAGE_PAUSES = { least: 5, longest: 10 };
/** The number of seconds after which an outage is a long one: its audience has to come back more slowly. */
const LONG_OUTAGE_SECONDS = 60;
/** The largest number of seconds that a viewer waits longer than `Retry-After` says. */
const LONGEST_SPREAD = 10;
/** Seconds after the end of a pause after which earlier failures no longer count. */
const SAME_OUTAGE_SECONDS = 60;
/**
 * The share of the time for which a token is still used, after which a renewal that no request waits for is tried
 * again.
 */
const AHEAD = { least: 0.5, most: 0.9 };

/**
 * Returns the seconds of the pause after so many failures in a row for which requests have waited. The first pause
 * spreads an audience that fails in the same second. From then on all pauses have nearly the same length, so that the
 * audience stays spread: less than a quarter of those who wait call in the same second, nobody calls again within four
 * seconds, and everybody has a token five seconds after the endpoint is back. After a minute the pauses are longer.
 * @param lasted seconds from the first of the failures to the last
 * @param random 0 to 1
 * @param limit the longest pause that the app wants
 */
export function pauseAfter(
  failures: number,
  lasted: number,
  random: number,
  limit: number | undefined = Infinity,
): number {
  const nextPauses = lasted < LONG_OUTAGE_SECONDS ? NEXT_PAUSES : LONG_OUTAGE_PAUSES;
  const { least, longest } = failures > 1 ? nextPauses : FIRST_PAUSE;
  return (least + (longest - least) * random) * Math.min(1, limit / longest);
}

/**
 * The failures of the signing endpoint in a row, and the pause after them, in which it is not called. What no request
 * waits for pauses longer: for 50 to 90 % of the time for which the token that is to be renewed is still used, or of
 * `retry.backoffLimit` if that is less. `Retry-After` (RFC 9110 §10.2.3) replaces the pause of what a request waits for;
 * what no request waits for then pauses for the longer of both times.
 */
export class Backoff {
  readonly #settings: Pick<Settings, 'backoffLimit' | 'random'>;
  readonly #now: () => number;
  #failures = 0;
  /** Those of them for which a request has waited: what is renewed ahead fails in the same second for an audience. */
  #awaited = 0;
  #since = 0;
  #until = -Infinity;
  #untilAhead = -Infinity;
  /** The end of a pause that was made without a failure, which no answer ends. */
  #notBefore = -Infinity;
  /** Set if the endpoint asks callers to wait longer than `backoffLimit`. */
  #failFast: SecureTokenError | undefined;

  /** @param now seconds, never goes back */
  constructor(settings: Pick<Settings, 'backoffLimit' | 'random'>, now: () => number) {
    this.#settings = settings;
    this.#now = now;
  }

  /** Whether the last call has failed, however long ago. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /** Seconds until the endpoint may be called; not above 0 if it may be called now. */
  get secondsLeft(): number {
    return Math.max(this.#until, this.#notBefore) - this.#now();
  }

  /** Seconds until the endpoint may be called for what no request waits for; not above 0 if it may be called now. */
  get secondsLeftAhead(): number {
    return Math.max(this.#until, this.#untilAhead) - this.#now();
  }

  /** The error with which requests fail at once during the pause, unless they are patient. */
  get failFastError(): SecureTokenError | undefined {
    return this.#until > this.#now() ? this.#failFast : undefined;
  }

  /**
   * Notes a failure, unless its call was under way with one that has failed already.
   * @param isAwaited whether a request waits for the call
   * @param secondsToSpare for which the first of the tokens to be renewed is still used; infinite if there is none
   */
  failed(error: SecureTokenError, isAwaited: boolean, secondsToSpare: number): void {
    const now = this.#now();
    if (this.#until > now) return;
    if (now - this.#until > SAME_OUTAGE_SECONDS) this.end();
    if (this.#failures === 0) this.#since = now;
    this.#failures++;
    if (isAwaited) this.#awaited++;
    const { backoffLimit, random } = this.#settings;
    const { retryAfter } = error;
    this.#failFast = retryAfter !== undefined && retryAfter > backoffLimit ? error : undefined;
    this.#until = now + this.#pauseAfter(retryAfter, now - this.#since);
    if (this.#failures === 1 && secondsToSpare === Infinity) return;
    const share = AHEAD.least + (AHEAD.most - AHEAD.least) * random();
    this.#untilAhead = now + Math.min(secondsToSpare, backoffLimit) * share;
  }

  /** Makes a pause without a failure. */
  pause(seconds: number): void {
    this.#notBefore = Math.max(this.#notBefore, this.#now() + seconds);
  }

  /** Ends the pause: the endpoint has answered, or the network or the viewer is back. */
  end(): void {
    this.#failures = 0;
    this.#awaited = 0;
    this.#until = -Infinity;
    this.#untilAhead = -Infinity;
    this.#failFast = undefined;
  }

  #pauseAfter(retryAfter: number | undefined, lasted: number): number {
    const { backoffLimit, random } = this.#settings;
    if (retryAfter === undefined) return pauseAfter(this.#awaited, lasted, random(), backoffLimit);
    return retryAfter + random() * Math.min(LONGEST_SPREAD, backoffLimit, retryAfter);
  }
}
