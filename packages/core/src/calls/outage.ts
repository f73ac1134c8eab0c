import type { SecureTokenError } from '../contract/errors.ts';
import type { Settings } from '../contract/options.ts';

/** A short disturbance: the largest number of failures in a row, and the time in which they come, in seconds. */
const QUICK_TRIES = 4;
const QUICK_SECONDS = 10;
/** The longest pause, in seconds, between two tries after the quick ones; the shortest is half of it. */
const LONGEST_PAUSE = 10;
/** The largest number of seconds that a viewer waits longer than `Retry-After` says. */
const LONGEST_SPREAD = 10;
/** Seconds after the end of a pause after which earlier failures no longer count. */
const SAME_OUTAGE_SECONDS = 60;
/** The share of the rest of a token after which a renewal is tried again that no request waits for. */
const AHEAD = { least: 0.5, most: 0.9 };

/**
 * Returns the seconds of the pause after failures in a row.
 * @param lasted seconds from the first of them to the last; @param random 0 to 1; @param limit the longest pause
 */
export function pauseAfter(failures: number, lasted: number, random: number, limit: number = LONGEST_PAUSE): number {
  const longest = Math.min(LONGEST_PAUSE, limit);
  const isShort = failures <= QUICK_TRIES && lasted < QUICK_SECONDS;
  return isShort ? random * Math.min(longest, 2 ** (failures - 1)) : longest * (0.5 + random / 2);
}

/**
 * The failures of the signing endpoint in a row, and the pause after them, in which it is not called. The first four
 * pauses have a random length of up to 1, 2, 4 and 8 seconds. All others, and all after ten seconds of outage, have a
 * length of 5 to 10 seconds. So a viewer has tokens at most ten seconds after the endpoint is back, and an audience
 * comes back spread. What no request waits for pauses longer: for 50 to 90 % of the rest of the token that is to be
 * renewed, or of `retry.backoffLimit` if that is less. `Retry-After` (RFC 9110 §10.2.3) replaces all of this.
 */
export class Outage {
  readonly #settings: Pick<Settings, 'backoffLimit' | 'random'>;
  readonly #now: () => number;
  #failures = 0;
  #since = 0;
  #until = -Infinity;
  #untilAhead = -Infinity;
  /** The end of a pause that was made without a failure, which no answer ends. */
  #notBefore = -Infinity;
  /** Set if the endpoint asks callers to wait longer than `backoffLimit`: until then requests fail at once. */
  #block: SecureTokenError | undefined;

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

  /** The same for calls that no request waits for. */
  get secondsLeftAhead(): number {
    return Math.max(this.#until, this.#untilAhead) - this.#now();
  }

  /** The reason why requests fail at once. */
  get blockedBy(): SecureTokenError | undefined {
    return this.#until > this.#now() ? this.#block : undefined;
  }

  /**
   * Notes a failure, unless its call was under way with one that has failed already.
   * @param rest seconds until the first of the tokens to be renewed is no longer used; infinite if there is none
   */
  failed(error: SecureTokenError, rest: number): void {
    const now = this.#now();
    if (this.#until > now) return;
    if (now - this.#until > SAME_OUTAGE_SECONDS) this.#failures = 0;
    if (this.#failures++ === 0) this.#since = now;
    const { backoffLimit, random } = this.#settings;
    const { retryAfter } = error;
    this.#block = retryAfter !== undefined && retryAfter > backoffLimit ? error : undefined;
    this.#until = now + this.#pauseAfter(retryAfter, now - this.#since);
    if (this.#failures > 1 || rest < Infinity)
      this.#untilAhead = now + Math.min(rest, backoffLimit) * (AHEAD.least + (AHEAD.most - AHEAD.least) * random());
  }

  /** Makes a pause without a failure. */
  pause(seconds: number): void {
    this.#notBefore = Math.max(this.#notBefore, this.#now() + seconds);
  }

  /** Ends the pause: the endpoint has answered, or the network or the viewer is back. */
  end(): void {
    this.#failures = 0;
    this.#until = this.#untilAhead = -Infinity;
    this.#block = undefined;
  }

  #pauseAfter(retryAfter: number | undefined, lasted: number): number {
    const { backoffLimit, random } = this.#settings;
    if (retryAfter === undefined) return pauseAfter(this.#failures, lasted, random(), backoffLimit);
    return retryAfter + random() * Math.min(LONGEST_SPREAD, backoffLimit, retryAfter);
  }
}
