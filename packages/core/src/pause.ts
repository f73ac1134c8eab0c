/** setTimeout overflows at 2^31 ms, and then does not wait at all. */
export const MAX_PAUSE_SECONDS = 1e6;

const startTimer = (seconds: number, run: () => void): ReturnType<typeof setTimeout> =>
  setTimeout(run, Math.min(seconds, MAX_PAUSE_SECONDS) * 1000);

export interface PauseOptions {
  /** For requests that wait. */
  readonly seconds: number;
  /** For renewals that nobody waits for; not fewer. */
  readonly unhurriedSeconds: number;
  readonly onEnd: () => void;
}

/** A time in which the endpoint is left alone: first all calls, then those that are in no hurry. */
export class Pause {
  readonly ended: Promise<void>;
  readonly #onEnd: () => void;
  #resolve!: () => void;
  #timer: ReturnType<typeof setTimeout>;
  #isHurried = false;
  /** Only what is in no hurry goes on waiting. */
  #isUnhurried = false;

  constructor({ seconds, unhurriedSeconds, onEnd }: PauseOptions) {
    this.ended = new Promise((resolve) => (this.#resolve = resolve));
    this.#onEnd = onEnd;
    this.#timer = startTimer(seconds, () => {
      this.#isUnhurried = true;
      const rest = unhurriedSeconds - seconds;
      if (this.#isHurried || rest <= 0) this.end();
      else this.#timer = startTimer(rest, () => this.end());
    });
  }

  /**
   * A request waits, such as one for a first token. One whose token has ended does not shorten the pause, because the
   * tokens of many other viewers end now as well.
   * @param hasEnded its token has
   */
  hurry(hasEnded: boolean): void {
    if (hasEnded) return;
    this.#isHurried = true;
    if (this.#isUnhurried) this.end();
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#onEnd();
    this.#resolve();
  }
}
