/** The assumed lifetime, in seconds, of a token that looks expired on arrival, if the endpoint tells no time. */
const ASSUMED_LIFETIME = 60;
/** The least number of seconds by which the viewer's clock has to be set back before the source notices it. */
const JUMP_SECONDS = 1;

/** The signing endpoint's clock, as far as it is known. Times are seconds. */
export class ServerClock {
  readonly #localMs: () => number;
  /** Seconds by which the local clock was set back; the source adds them to the local time from then on. */
  #setBack = 0;
  #latest = -Infinity;
  /** The time of `#latest` on a clock that is never set, but stands still while the machine sleeps; in ms. */
  #latestMark = 0;
  /** The endpoint's clock minus the session's. */
  #offset = 0;
  /** Whether the endpoint has told its time in any answer. */
  isTold = false;
  /** Whether the endpoint has answered, with or without its time: before that, nobody has confirmed this clock. */
  isHeard = false;

  /** @param localMs the viewer's clock, in unix ms */
  constructor(localMs: () => number) {
    this.#localMs = localMs;
  }

  /**
   * Returns the time of the local clock, which never goes back in a session: for durations. A clock that is set forward
   * is followed, because it looks the same as after sleep.
   */
  sessionNow(): number {
    const local = this.#localMs() / 1000;
    const mark = performance.now();
    // the viewer may have set the clock back by less than the time that has passed
    const atLeast = this.#latest + (mark - this.#latestMark) / 1000;
    if (local + this.#setBack < atLeast - JUMP_SECONDS) this.#setBack = atLeast - local;
    this.#latest = Math.max(this.#latest, local + this.#setBack);
    this.#latestMark = mark;
    return this.#latest;
  }

  now(): number {
    return this.sessionNow() + this.#offset;
  }

  /**
   * Corrects the clock by an answer. The lifetime of a token counts from the moment before its call was sent, so that a
   * slow call never makes the token look younger.
   * @param serverNow the time of the endpoint; `NaN` if the answer does not tell it
   * @param sentAt when the call was sent, by `sessionNow()`; @param expires the first expiry in the answer
   * @returns when the call was sent, by the endpoint's clock
   */
  correct(serverNow: number, sentAt: number, expires: number): number {
    this.isHeard = true;
    if (serverNow) {
      this.isTold = true;
      this.#offset = serverNow - sentAt;
    } else if (!this.isTold && expires < Infinity) {
      if (expires > sentAt) this.#offset = 0;
      // endpoints hand out no expired tokens: if one looks expired, the viewer's clock is fast
      else if (expires <= sentAt + this.#offset) this.#offset = expires - ASSUMED_LIFETIME - sentAt;
    }
    return sentAt + this.#offset;
  }

  /** Whether the endpoint has not told its time, and the viewer's clock seems to be fast. */
  get #isAssumed(): boolean {
    return !this.isTold && this.#offset !== 0;
  }

  /** Whether a token may have ended on its way to the edge; by the viewer's clock while this clock is only assumed. */
  mayHaveExpired(expires: number): boolean {
    return expires - 1 <= (this.#isAssumed ? this.sessionNow() : this.now());
  }

  /** Notes that the edge refused a token: if this clock is only assumed, the token has ended. */
  noteRefused(expires: number): void {
    if (this.#isAssumed) this.#offset = Math.max(this.#offset, expires - this.sessionNow());
  }
}
