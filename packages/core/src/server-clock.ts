/** Seconds that a token is taken to live if its endpoint tells no time and it looks expired when it arrives. */
const ASSUMED_LIFETIME = 60;

/** A viewer's clock that is set back by less is not noticed. */
const JUMP_SECONDS = 1;

/** The signing endpoint's clock, as far as it is known. Times are seconds. */
export class ServerClock {
  readonly #localMs: () => number;
  /** What is added to the local clock since it was set back. */
  #setBack = 0;
  #latest = -Infinity;
  /** When that was, by a clock that nobody sets but that stands still while the machine sleeps; in ms. */
  #latestMark = 0;
  /** The endpoint's clock minus the session's. */
  #offset = 0;
  /** The endpoint has told its time. */
  #isTold = false;
  /** It has not, and the viewer's clock was found to be fast. */
  #isAssumed = false;

  /** @param localMs the viewer's clock, in unix ms */
  constructor(localMs: () => number) {
    this.#localMs = localMs;
  }

  /** Time in this session: the local clock, which never goes back. Going forward it cannot be told from sleep. */
  elapsed(): number {
    const local = this.#localMs() / 1000;
    const mark = performance.now();
    if (local + this.#setBack < this.#latest - JUMP_SECONDS) {
      this.#setBack = this.#latest + (mark - this.#latestMark) / 1000 - local;
    }
    this.#latest = Math.max(this.#latest, local + this.#setBack);
    this.#latestMark = mark;
    return this.#latest;
  }

  now(): number {
    return this.elapsed() + this.#offset;
  }

  /**
   * Takes in what an answer tells of the time. The lifetime of a token counts from before its call was sent, so that a
   * slow call never makes it look younger.
   * @param serverNow `NaN` if it told none; @param sentAt by `elapsed()`; @param expires of the first token to expire
   * @returns when the call was sent, by the endpoint's clock
   */
  correct(serverNow: number, sentAt: number, expires: number): number {
    if (serverNow) {
      this.#isTold = true;
      this.#isAssumed = false;
      this.#offset = serverNow - sentAt;
    } else if (!this.#isTold && expires <= this.now()) {
      // nobody hands out expired tokens: it is the viewer's clock that is fast
      this.#offset = expires - ASSUMED_LIFETIME - sentAt;
      this.#isAssumed = true;
    }
    return sentAt + this.#offset;
  }

  /** The edge says that a token has expired, which it knows better than a clock that was only assumed. */
  hasExpired(expires: number): void {
    if (this.#isAssumed) this.#offset = Math.max(this.#offset, expires - this.elapsed());
  }
}
