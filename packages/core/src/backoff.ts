import { jitteredDelay } from './jittered-delay.ts';
import type { PauseOptions } from './pause.ts';
import { Pause } from './pause.ts';
import type { SecureTokenError } from './secure-token-error.ts';
import type { RetryOptions } from './token-source-options.ts';

/**
 * Lifetime, in seconds, up to which a failed renewal may pause for all of `backoffLimit`. Above it the longest pause
 * shrinks in proportion (300 s: half). The longer tokens live, the fewer viewers need one at a time.
 */
const SHORT_LIFETIME = 150;

/**
 * After a first failed renewal the next try comes when a random share of the token's remaining time has passed. Less
 * than all, so that an outage of seconds is over before the token ends. At least half, so that those who failed during
 * an outage come back spread out.
 */
const REMAINING_SHARE = { least: 0.5, most: 0.95 };

/** Of the limit, after another failure: the least. */
const LASTING_SHARE = 2 / 3;

/**
 * The same after the second failure of a first token: seconds after its end, when a request waits again. The tokens of
 * all who joined in one second end in one second, and what they have left has drawn the first tries together. A wider
 * pause spreads the audience again, and brings it back sooner.
 */
const WAITED_FOR_SECONDS = 1.5;

/** A token whose renewal ahead of use has failed. */
export interface EndingToken {
  /** Nothing was held for its scope before. */
  readonly isFirst: boolean;
  readonly lifetime: number;
  /** Seconds for which it is still used. */
  readonly rest: number;
}

export const soonestOf = (...tokens: (EndingToken | undefined)[]): EndingToken | undefined =>
  tokens.reduce((one, other) => (one && other ? (one.rest <= other.rest ? one : other) : (one ?? other)), undefined);

const between = (least: number, most: number, random: number): number => least + (most - least) * random;

/**
 * Leaves an endpoint alone that has failed: one pause for all calls, so that a viewer never asks it twice at a time.
 *
 * Requests that wait are tried again soon, with full jitter. A renewal ahead of use is one of a whole audience whose
 * tokens end one after the other: it has time until then, and an endpoint that returns must not be overrun by all that
 * have failed meanwhile.
 */
export class Backoff {
  readonly #limit: number;
  readonly #backoffLimit: number;
  readonly #random: () => number;
  readonly #now: () => number;
  readonly #endingToken: () => EndingToken | undefined;
  readonly #paused: (seconds: number) => void;
  #failures = 0;
  /** When the first of them was. */
  #failingSince = 0;
  /** The first of them was of a renewal ahead of use. */
  #isNoticedAhead = false;
  /** Requests that wait for a token. */
  #waiting = 0;
  #pause: Pause | undefined;
  #blockedBy: SecureTokenError | undefined;
  #isStopped = false;

  /**
   * @param now in seconds, never goes back
   * @param endingToken the one of those in use that is to be renewed first
   * @param paused for how long nothing is called
   */
  constructor(
    { limit, backoffLimit }: Required<RetryOptions>,
    random: () => number,
    now: () => number,
    endingToken: () => EndingToken | undefined,
    paused: (seconds: number) => void = () => undefined,
  ) {
    this.#limit = limit;
    this.#backoffLimit = backoffLimit;
    this.#random = random;
    this.#now = now;
    this.#endingToken = endingToken;
    this.#paused = paused;
  }

  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  /** The last call has failed. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  /**
   * Whether a call that failed is to be given up: it was tried often enough. What nobody waits for is tried twice, and
   * then again when it is used, or by the timer.
   */
  get isExhausted(): boolean {
    return this.#failures > (this.#waiting > 0 ? this.#limit : 1);
  }

  /** Resolves when the endpoint may be called: to why it must not be, or to nothing. */
  async ready(): Promise<SecureTokenError | undefined> {
    if (!this.#blockedBy) await this.#pause?.ended;
    return this.#blockedBy;
  }

  /** A request waits for what `start` begins. @param hasEnded its token has: others of the audience wait as well */
  async hurryFor(hasEnded: boolean, start: () => Promise<void>): Promise<void> {
    this.#waiting++;
    this.#pause?.hurry(hasEnded);
    try {
      await start();
    } finally {
      this.#waiting--;
    }
  }

  /** Why calls fail at once instead of waiting: `Retry-After` is beyond the limit, or the source was destroyed. */
  get blockedBy(): SecureTokenError | undefined {
    return this.#blockedBy;
  }

  /**
   * What a call ends with that has brought `error`, or tokens: nothing counts any more once the source was destroyed.
   */
  outcomeOf(error: SecureTokenError | undefined): SecureTokenError | undefined {
    return this.#isStopped || error ? (this.#blockedBy ?? error) : undefined;
  }

  pauseFor(seconds: number): void {
    this.#begin({ seconds, unhurriedSeconds: seconds });
  }

  succeeded(): void {
    this.#failures = 0;
  }

  failed(error: SecureTokenError): void {
    // calls that fail side by side are one failure; a denial is about the viewer
    if (this.#pause || error.code === 'ERR_DENIED') return;
    const ending = this.#waiting > 0 ? undefined : this.#endingToken();
    if (this.#failures === 0) {
      this.#failingSince = this.#now();
      this.#isNoticedAhead = ending !== undefined;
    }
    this.#failures++;
    const limit = this.#backoffLimit;
    const { retryAfter } = error;
    const soon = retryAfter ?? jitteredDelay(this.#failures, limit, this.#random());
    if (soon > limit) {
      // it may have named the same moment to all
      this.pauseFor(soon + this.#random() * limit);
      if (!this.#isStopped) this.#blockedBy = error;
    } else if (ending) {
      // what the endpoint has asked for it may have asked of all for the same moment
      const asked = retryAfter === undefined ? 0 : retryAfter + (this.#random() * limit) / 2;
      const unhurriedSeconds = Math.max(soon, asked, this.#patienceWith(ending));
      this.#begin({ seconds: soon, unhurriedSeconds });
    } else if (this.#isNoticedAhead && this.#now() - this.#failingSince > limit / 3) {
      // the tokens of others have ended as well
      const spread = limit * (1 - LASTING_SHARE) * this.#random();
      this.pauseFor(Math.max(retryAfter ?? 0, limit * LASTING_SHARE) + spread);
    } else {
      this.pauseFor(soon);
    }
  }

  #patienceWith({ isFirst, lifetime, rest }: EndingToken): number {
    const most = (this.#backoffLimit * SHORT_LIFETIME) / Math.max(SHORT_LIFETIME, lifetime);
    if (this.#failures === 1) {
      return Math.min(most, rest * between(REMAINING_SHARE.least, REMAINING_SHARE.most, this.#random()));
    }
    const lasting = most * LASTING_SHARE;
    const least = isFirst && this.#failures === 2 ? Math.min(lasting, rest + WAITED_FOR_SECONDS) : lasting;
    return between(least, most, this.#random());
  }

  #begin(options: Omit<PauseOptions, 'onEnd'>): void {
    if (this.#pause || this.#isStopped) return;
    this.#paused(options.unhurriedSeconds);
    this.#pause = new Pause({
      ...options,
      onEnd: () => {
        this.#pause = undefined;
        if (!this.#isStopped) this.#blockedBy = undefined;
      },
    });
  }

  /** Ends the pause: the network or the viewer is back. */
  wake(): void {
    this.#failures = 0;
    this.#pause?.end();
  }

  /** From now on there is nothing to wait for. */
  stop(error: SecureTokenError): void {
    this.wake();
    this.#isStopped = true;
    this.#blockedBy = error;
  }
}
