import { writeMistake } from '../console-lines.ts';

/** A device that is set by the network is not that wrong. */
const CLOCKS_DIFFER_SECONDS = 300;

/** Seconds that a token is taken to live if its endpoint tells no time and it looks expired when it arrives. */
const ASSUMED_LIFETIME = 60;

/** A viewer's clock that is set back by less is not noticed. */
const JUMP_SECONDS = 1;

/**
 * Tells the console once of an endpoint whose clock is not that of this device. One that is ahead makes tokens that
 * live longer than meant, and nobody notices. No method: the default build leaves it out.
 * @param serverNow `NaN` if it told none
 */
function compareWithDevice(clock: ServerClock, serverNow: number, deviceNow: number): void {
  const ahead = serverNow - deviceNow;
  if (!(Math.abs(ahead) > CLOCKS_DIFFER_SECONDS)) return;
  writeMistake(
    clock,
    `secure-token: the clock of the signing endpoint is ${Math.round(Math.abs(ahead) / 60)} minutes ` +
      `${ahead > 0 ? 'ahead of' : 'behind'} that of this device. If it is the endpoint that is wrong, its tokens ` +
      `${ahead > 0 ? 'live that much longer than meant' : 'end that much too early'}: run NTP on it.`,
    'troubleshooting.md#the-clock',
  );
}

/** The signing endpoint's clock, as far as it is known. Times are seconds. */
export class ServerClock {
  readonly #localMs: () => number;
  /** The time by which the local clock was set back; it is added to that clock ever since. */
  #setBack = 0;
  #latest = -Infinity;
  /** When that was, by a clock that nobody sets but that stands still while the machine sleeps; in ms. */
  #latestMark = 0;
  /** The endpoint's clock minus the session's. */
  #offset = 0;
  /** The endpoint has told its time. */
  #hasTold = false;
  /** There was an answer, whether it told the time or not. */
  #isHeard = false;
  /** The endpoint has not told the time, and the viewer's clock was found to be fast. */
  #isAssumed = false;

  /** @param localMs the viewer's clock, in unix ms */
  constructor(localMs: () => number) {
    this.#localMs = localMs;
  }

  /** The local clock, but it never goes back in a session. Going forward it cannot be told from sleep. */
  sessionNow(): number {
    const local = this.#localMs() / 1000;
    const mark = performance.now();
    // it may have been set back by less than has passed
    const atLeast = this.#latest + (mark - this.#latestMark) / 1000;
    if (local + this.#setBack < atLeast - JUMP_SECONDS) this.#setBack = atLeast - local;
    this.#latest = Math.max(this.#latest, local + this.#setBack);
    this.#latestMark = mark;
    return this.#latest;
  }

  /** Whether no answer has confirmed the viewer's clock yet. */
  get isUnconfirmed(): boolean {
    return !this.#isHeard;
  }

  /** The endpoint has told its time, in any answer. */
  get isTold(): boolean {
    return this.#hasTold;
  }

  now(): number {
    return this.sessionNow() + this.#offset;
  }

  /**
   * Takes in what an answer tells of the time. The lifetime of a token counts from before its call was sent, so that a
   * slow call never makes it look younger.
   * @param serverNow `NaN` if it told none; @param sentAt by `sessionNow()`; @param expires of the first token to
   * expire
   * @returns when the call was sent, by the endpoint's clock
   */
  correct(serverNow: number, sentAt: number, expires: number): number {
    this.#isHeard = true;
    if (__DEVELOPMENT__) compareWithDevice(this, serverNow, this.#localMs() / 1000);
    if (serverNow) {
      this.#hasTold = true;
      this.#isAssumed = false;
      this.#offset = serverNow - sentAt;
    } else if (this.#isAssumed && expires > sentAt) {
      // by the viewer's clock it is alive: that one is right after all
      this.#isAssumed = false;
      this.#offset = 0;
    } else if (!this.#hasTold && expires <= sentAt + this.#offset) {
      // nobody hands out expired tokens: it is the viewer's clock that is fast
      this.#isAssumed = true;
      this.#offset = expires - ASSUMED_LIFETIME - sentAt;
    }
    return sentAt + this.#offset;
  }

  /** Whether a token that ends at `expires` may have ended on its way to the edge, by this clock or the viewer's. */
  mayHaveExpired(expires: number): boolean {
    const now = this.#isAssumed ? this.sessionNow() : this.now();
    return expires - 1 <= now;
  }

  /** The edge has refused a token, of which it knows better than a clock that was only assumed whether it has ended. */
  noteRefused(expires: number): void {
    if (this.#isAssumed) this.#offset = Math.max(this.#offset, expires - this.sessionNow());
  }
}
