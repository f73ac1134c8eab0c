import type { SignedRequest } from '../contract/token-source.ts';

const MAX_REFUSED_IN_A_ROW = 3;
const OPEN_SECONDS = 10;

/** So many replays may be under way at a time, and more. */
const REMEMBERED = 100;

/**
 * Ends replays for ten seconds when more than three in a row were refused again: in the order in which they were sent,
 * for an edge that refuses some of what is under way at a time refuses others in between, or accepts them.
 */
export class ReplayBreaker {
  readonly #now: () => number;
  readonly #opened: (seconds: number) => void;
  /** The number of replays that were sent. */
  #sent = 0;
  readonly #numbers = new WeakMap<SignedRequest, number>();
  /** The numbers of refused replays. Nobody tells of an accepted one: it counts as accepted unless it is refused. */
  readonly #refused = new Set<number>();
  #openedAt = -Infinity;

  /** @param now in seconds, never goes back; @param opened for how long there are no replays from now on */
  constructor(now: () => number, opened: (seconds: number) => void = () => undefined) {
    this.#now = now;
    this.#opened = opened;
  }

  isOpen(): boolean {
    return this.#now() - this.#openedAt < OPEN_SECONDS;
  }

  /** Takes note of a replay that goes out, and returns it. */
  sends(replay: SignedRequest): SignedRequest {
    this.#numbers.set(replay, ++this.#sent);
    this.#refused.delete(this.#sent - REMEMBERED);
    return replay;
  }

  /** `request` was refused; returns whether it was a replay. */
  refused(request: SignedRequest): boolean {
    const number = this.#numbers.get(request);
    if (number === undefined) return false;
    this.#refused.add(number);
    if (this.#rowAround(number) > MAX_REFUSED_IN_A_ROW) {
      if (!this.isOpen()) this.#opened(OPEN_SECONDS);
      this.#openedAt = this.#now();
    }
    return true;
  }

  #rowAround(number: number): number {
    let first = number;
    while (this.#refused.has(first - 1)) first--;
    let last = number;
    while (this.#refused.has(last + 1)) last++;
    return last - first + 1;
  }
}
