import { writeMistake } from '../console-lines.ts';

/** The largest difference of two clocks that is not reported: a device that is set by the network is less wrong. */
const CLOCKS_DIFFER_SECONDS = 300;

/** The assumed lifetime, in seconds, of a token that looks expired on arrival, if the endpoint tells no time. */
const ASSUMED_LIFETIME = 60;

/** The least number of seconds by which the viewer's clock has to be set back before the source notices it. */
const JUMP_SECONDS = 1;

/**
 * Tells the console once if the clocks of the endpoint and of this device differ too much. If the endpoint's clock is
 * ahead, its tokens live longer than meant, and nothing else shows that. A function and not a method, so that the
 * default build leaves it out.
 * @param serverNow `NaN` if the endpoint did not tell its time
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
  /** Seconds by which the local clock was set back; the source adds them to the local time from then on. */
  #setBack = 0;
  #latest = -Infinity;
  /** The time of `#latest` on a clock that is never set, but that stands still while the machine sleeps; in ms. */
  #latestMark = 0;
  /** The endpoint's clock minus the session's. */
  #offset = 0;
  /** Whether the endpoint has told its time. */
  #hasTold = false;
  /** Whether the endpoint has answered, with or without its time. */
  #isHeard = false;
  /** Whether the offset is assumed: the endpoint has not told its time, and the viewer's clock seems to be fast. */
  #isAssumed = false;

  /** @param localMs the viewer's clock, in unix ms */
  constructor(localMs: () => number) {
    this.#localMs = localMs;
  }

  /**
   * Returns the time of the local clock in seconds, which never goes back in a session. A clock that is set forward is
   * followed, because it looks the same as after sleep.
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

  /** Whether no answer has confirmed the viewer's clock yet. */
  get isUnconfirmed(): boolean {
    return !this.#isHeard;
  }

  /** Whether the endpoint has told its time in any answer. */
  get isTold(): boolean {
    return this.#hasTold;
  }

  now(): number {
    return this.sessionNow() + this.#offset;
  }

  /**
   * Corrects the clock by an answer. The lifetime of a token counts from the moment before its call was sent, so that a
   * slow call never makes the token look younger.
   * @param serverNow the time of the endpoint; `NaN` if the answer does not tell it
   * @param sentAt when the call was sent, by `sessionNow()`; @param expires the expiry of the first token to expire
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
      // the token is alive by the viewer's clock, so that clock is right after all
      this.#isAssumed = false;
      this.#offset = 0;
    } else if (!this.#hasTold && expires <= sentAt + this.#offset) {
      // endpoints do not hand out expired tokens, so the viewer's clock is fast
      this.#isAssumed = true;
      this.#offset = expires - ASSUMED_LIFETIME - sentAt;
    }
    return sentAt + this.#offset;
  }

  /**
   * Whether a token that ends at `expires` may have ended on its way to the edge, by this clock, or by the viewer's
   * clock while this clock is only assumed.
   */
  mayHaveExpired(expires: number): boolean {
    const now = this.#isAssumed ? this.sessionNow() : this.now();
    return expires - 1 <= now;
  }

  /** Notes that the edge refused a token. If this clock is only assumed, the token counts as ended from now on. */
  noteRefused(expires: number): void {
    if (this.#isAssumed) this.#offset = Math.max(this.#offset, expires - this.sessionNow());
  }
}
