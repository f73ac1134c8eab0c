/** setTimeout overflows at 2^31 ms, and then does not wait at all. */
const MAX_PAUSE_SECONDS = 1e6;

/** Seconds that a pause lasts. */
export interface PauseLength {
  /** For requests that wait. */
  readonly waiting: number;
  /** For renewals that nobody waits for; not fewer. */
  readonly ahead: number;
}

/** A time in which the signing endpoint is left alone. */
export class Pause {
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
