import type { SecureTokenError } from '../contract/secure-token-error.ts';
import type { RetryOptions } from '../contract/token-source-options.ts';
import { PageEvents } from '../realm.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import { retryDelay, retryDelayAhead } from './retry-delay.ts';

/** setTimeout overflows at 2^31 ms, and then does not wait at all. */
const MAX_PAUSE_SECONDS = 2 ** 31 / 1000 - 1;

/** Seconds that a pause lasts. */
interface PauseLength {
  /** For requests that wait. */
  readonly waiting: number;
  /** For renewals that nobody waits for; not fewer. */
  readonly ahead: number;
}

/** A time in which the signing endpoint is left alone. */
class Pause {
  readonly ended: Promise<void>;
  readonly #onEnd: () => void;
  readonly #now: () => number;
  /** When requests that wait may go on, by `now`. */
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

  /** A request waits from now on: it does not wait longer than it would have from the start. */
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
 * Leaves an endpoint alone that has failed: one pause for all calls, so that a viewer never asks it twice at a time.
 * How long it lasts is said by `retry-delay.ts`, for requests that wait and for renewals that nobody waits for.
 */
export class Backoff {
  readonly #limit: number;
  readonly #backoffLimit: number;
  readonly #random: () => number;
  readonly #clock: ServerClock;
  readonly #paused: (seconds: number) => void;
  readonly #network = new PageEvents(['online'], () => this.wake());
  #failures = 0;
  /** When the first of them was. */
  #failingSince = 0;
  /** Requests that wait for a token. */
  #waiting = 0;
  #pause: Pause | undefined;
  /** The endpoint has asked for more patience than requests have. */
  #block: { readonly error: SecureTokenError; readonly until: number } | undefined;
  #stoppedBy: SecureTokenError | undefined;

  /** @param paused hears for how many seconds nothing is called */
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
    if (!this.blockedBy) await this.#pause?.ended;
    return this.blockedBy;
  }

  /** A request waits for what `start` begins. */
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

  /** A request waits for a token. */
  get isAwaited(): boolean {
    return this.#waiting > 0;
  }

  /** Why calls fail at once instead of waiting: `Retry-After` is beyond the limit, or the source was destroyed. */
  get blockedBy(): SecureTokenError | undefined {
    if (this.#stoppedBy) return this.#stoppedBy;
    return this.#block && this.#now() < this.#block.until ? this.#block.error : undefined;
  }

  /**
   * The outcome of a call that has brought `error`, or tokens: once the source was destroyed, neither counts.
   */
  outcomeOf(error: SecureTokenError | undefined): SecureTokenError | undefined {
    return this.#stoppedBy ?? (error && (this.blockedBy ?? error));
  }

  succeeded(): void {
    this.#failures = 0;
  }

  /**
   * A call has failed: nothing is called for a while.
   * @param rest seconds for which the first of all that is due for renewal is still used; `undefined` if nothing is due
   */
  failed(error: SecureTokenError, rest: number | undefined): void {
    // calls that fail side by side are one failure; a denial is about the viewer
    if (this.#pause || error.code === 'ERR_DENIED') return;
    if (this.#failures === 0) this.#failingSince = this.#now();
    this.#failures++;
    const { retryAfter } = error;
    const limit = this.#backoffLimit;
    const failing = { failures: this.#failures, lasted: this.#now() - this.#failingSince, retryAfter };
    const delay = retryDelay(failing, this.#random(), limit);
    if (retryAfter !== undefined && retryAfter > limit) {
      this.#block = { error, until: this.#now() + retryAfter };
      this.pauseFor(delay);
    } else {
      const ahead = rest === undefined ? delay : retryDelayAhead(delay, rest, this.#random(), limit);
      this.#begin({ waiting: delay, ahead });
    }
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
        this.#watchNetwork();
      },
    );
    this.#watchNetwork();
  }

  /**
   * The network may also be back while a call is under way that it has lost: that call fails later, and begins a new
   * row of failures.
   */
  #watchNetwork(): void {
    this.#network.listenWhile(this.isPaused || (this.isFailing && this.isAwaited));
  }

  /** Ends the pause: the network or the viewer is back. */
  wake(): void {
    this.#failures = 0;
    this.#block = undefined;
    this.#pause?.end();
  }

  /** From now on there is nothing to wait for. */
  stop(error: SecureTokenError): void {
    this.wake();
    this.#stoppedBy = error;
  }

  /** Seconds; never goes back. */
  #now(): number {
    return this.#clock.sessionNow();
  }
}
