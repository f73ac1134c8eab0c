import type { SecureTokenError } from '../contract/secure-token-error.ts';
import type { RetryOptions } from '../contract/token-source-options.ts';
import { PageEvents } from '../realm.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { Failing } from './retry-delay.ts';
import { retryDelay, retryDelayAhead } from './retry-delay.ts';

/** The longest pause: setTimeout overflows at 2^31 ms, and then does not wait at all. */
const MAX_PAUSE_SECONDS = 2_147_483;

/** Seconds without a call and without a pause after which earlier failures no longer count. */
const SAME_OUTAGE_SECONDS = 60;

/** The length of a pause, in seconds. */
interface PauseLength {
  /** For requests that wait. */
  readonly waiting: number;
  /** For renewals that no request waits for; not less than `waiting`. */
  readonly ahead: number;
}

/** A time in which the source does not call the signing endpoint. */
class Pause {
  readonly ended: Promise<void>;
  readonly #onEnd: () => void;
  readonly #now: () => number;
  /** When requests that wait may go on, on the clock `now`. */
  readonly #waitingUntil: number;
  #until: number;
  #resolve!: () => void;
  #timer: ReturnType<typeof setTimeout>;

  /**
   * @param isWaiting whether a request waits
   * @param now in seconds, never goes back
   */
  constructor({ waiting, ahead }: PauseLength, isWaiting: boolean, now: () => number, onEnd: () => void) {
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
    this.#onEnd = onEnd;
    this.#now = now;
    this.#waitingUntil = now() + waiting;
    this.#until = isWaiting ? this.#waitingUntil : now() + ahead;
    this.#timer = this.#startTimer();
  }

  /** Shortens the pause for a request that waits from now on, as if the request had waited from the start. */
  hurry(): void {
    if (this.#waitingUntil >= this.#until) return;
    this.#until = this.#waitingUntil;
    clearTimeout(this.#timer);
    if (this.#until > this.#now()) this.#timer = this.#startTimer();
    else this.end();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#onEnd();
    this.#resolve();
  }

  #startTimer(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.end(), Math.min(this.#until - this.#now(), MAX_PAUSE_SECONDS) * 1000);
  }
}

/**
 * Pauses calls after the endpoint has failed. All calls share one pause, so that a viewer never calls the endpoint
 * twice at a time. `retry-delay.ts` decides the length of the pause, for requests that wait and for renewals that no
 * request waits for.
 */
export class Backoff {
  readonly #limit: number;
  readonly #backoffLimit: number;
  readonly #random: () => number;
  readonly #clock: ServerClock;
  readonly #paused: (seconds: number) => void;
  readonly #network = new PageEvents(['online'], () => this.wake());
  #failures = 0;
  #isFailing = false;
  #wakes = 0;
  /** When the first of these failures was. */
  #failingSince = 0;
  /** When the last pause has ended. */
  #freeSince = 0;
  /** The number of requests that wait for a token. */
  #waiting = 0;
  #pause: Pause | undefined;
  /** Set if the endpoint asks callers to wait longer than `backoffLimit`: before `until`, calls fail with `error`. */
  #block: { readonly error: SecureTokenError; readonly until: number } | undefined;
  #stoppedBy: SecureTokenError | undefined;

  /** @param paused called at the start of each pause, with its seconds */
  constructor(
    { limit, backoffLimit }: Required<RetryOptions>,
    random: () => number,
    clock: ServerClock,
    paused: (seconds: number) => void,
  ) {
    this.#limit = limit;
    this.#backoffLimit = backoffLimit;
    this.#random = random;
    this.#clock = clock;
    this.#paused = paused;
  }

  get isPaused(): boolean {
    return this.#pause !== undefined;
  }

  /** Whether the last call has failed, however long ago. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** The number of times that the network or the viewer came back: after each, calls have all of their tries again. */
  get wakes(): number {
    return this.#wakes;
  }

  /**
   * Whether to give up a call after `tries`: it was tried often enough, or the endpoint has failed often enough. If no
   * request waits for a token, the call is tried twice; the next use of the token, or the timer, begins another call.
   */
  isExhaustedAfter(tries: number): boolean {
    return Math.max(tries, this.#failures) > (this.#waiting > 0 ? this.#limit : 1);
  }

  /** Resolves when the pause is over: to the reason why the endpoint must not be called, or to `undefined`. */
  async ready(): Promise<SecureTokenError | undefined> {
    if (!this.blockedBy) await this.#pause?.ended;
    if (this.#now() - this.#freeSince > SAME_OUTAGE_SECONDS) this.#failures = 0;
    return this.blockedBy;
  }

  /** Runs `start` for a request that waits for it, and shortens the pause. */
  async hurryFor(start: () => Promise<void>): Promise<void> {
    this.#waiting++;
    this.#watchNetwork();
    this.#pause?.hurry();
    try {
      await start();
    } finally {
      this.#waiting--;
      this.#watchNetwork();
    }
  }

  /** Whether a request waits for a token. */
  get isAwaited(): boolean {
    return this.#waiting > 0;
  }

  /** The reason why calls fail at once: `Retry-After` is beyond the limit, or the source was destroyed. */
  get blockedBy(): SecureTokenError | undefined {
    if (this.#stoppedBy) return this.#stoppedBy;
    return this.#block && this.#now() < this.#block.until ? this.#block.error : undefined;
  }

  /**
   * Returns the outcome of a call that ended with `error`, or with tokens: if calls are blocked, the reason for that
   * replaces `error`; if the source was destroyed, that reason replaces tokens too.
   */
  outcomeOf(error: SecureTokenError | undefined): SecureTokenError | undefined {
    return this.#stoppedBy ?? (error && (this.blockedBy ?? error));
  }

  succeeded(): void {
    this.#failures = 0;
    this.#isFailing = false;
  }

  /**
   * Begins a pause after a failed call.
   * @param rest seconds until the first of the tokens that are due for renewal runs out; `undefined` if none is due
   */
  failed(error: SecureTokenError, rest: number | undefined): void {
    // calls that fail at the same time count as one failure; a denial is about the viewer and not the endpoint
    if (this.#pause || error.code === 'ERR_DENIED') return;
    if (this.#failures === 0) this.#failingSince = this.#now();
    this.#failures++;
    this.#isFailing = true;
    const { retryAfter } = error;
    const limit = this.#backoffLimit;
    const failing = { failures: this.#failures, lasted: this.#now() - this.#failingSince, retryAfter };
    const length = this.pauseAfter(failing, rest);
    if (retryAfter !== undefined && retryAfter > limit) {
      this.#block = { error, until: this.#now() + retryAfter };
      this.pauseFor(length.waiting);
    } else this.#begin(length);
  }

  /** Returns the pause after a failure. @param rest as for `failed` */
  pauseAfter(failing: Failing, rest: number | undefined): PauseLength {
    const limit = this.#backoffLimit;
    const waiting = retryDelay(failing, this.#random(), limit);
    return { waiting, ahead: rest === undefined ? waiting : retryDelayAhead(waiting, rest, this.#random(), limit) };
  }

  pauseFor(seconds: number): void {
    this.#begin({ waiting: seconds, ahead: seconds });
  }

  #begin(length: PauseLength): void {
    if (this.#pause || this.#stoppedBy) return;
    const isWaiting = this.#waiting > 0;
    this.#paused(isWaiting ? length.waiting : length.ahead);
    this.#pause = new Pause(
      length,
      isWaiting,
      () => this.#now(),
      () => {
        this.#pause = undefined;
        this.#freeSince = this.#now();
        this.#watchNetwork();
      },
    );
    this.#watchNetwork();
  }

  /**
   * Listens for the return of the network during a pause, and while a request waits after a failure. The network may
   * return while a call is under way whose response is lost: that call fails later, as the first of a new row.
   */
  #watchNetwork(): void {
    this.#network.listenWhile(this.isPaused || (this.isFailing && this.isAwaited));
  }

  /** Ends the pause and forgets the failures, because the network or the viewer is back. */
  wake(): void {
    this.#wakes++;
    this.#failures = 0;
    this.#isFailing = false;
    this.#block = undefined;
    this.#pause?.end();
  }

  /** Ends the pause for good: from now on calls fail with `error`. */
  stop(error: SecureTokenError): void {
    this.wake();
    this.#stoppedBy = error;
  }

  /** Returns seconds on the clock of the session, which never goes back. */
  #now(): number {
    return this.#clock.sessionNow();
  }
}
