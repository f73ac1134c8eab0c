import type { SignedRequest } from './token-source.ts';

const MAX_REFUSED_IN_A_ROW = 3;
const OPEN_SECONDS = 10;

/** Ends replays for ten seconds when more than three in a row were refused again. */
export class ReplayBreaker {
  readonly #now: () => number;
  #refusedInARow = 0;
  #lastRefusedAt = 0;
  /** Of each replay: how many in a row were refused before it. */
  readonly #refusedBefore = new WeakMap<SignedRequest, number>();

  /** @param now in seconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  isOpen(): boolean {
    // the clock may have been set back
    const sinceLast = Math.abs(this.#now() - this.#lastRefusedAt);
    return this.#refusedInARow > MAX_REFUSED_IN_A_ROW && sinceLast < OPEN_SECONDS;
  }

  /** Takes note of a replay that goes out, and returns it. */
  sends(replay: SignedRequest): SignedRequest {
    this.#refusedBefore.set(replay, this.#refusedInARow);
    // that a replay was accepted is told to nobody: it was unless it is refused
    this.#refusedInARow = 0;
    return replay;
  }

  /** `request` was refused; returns whether it was a replay. */
  refused(request: SignedRequest): boolean {
    const before = this.#refusedBefore.get(request);
    if (before === undefined) return false;
    this.#refusedInARow += before + 1;
    this.#lastRefusedAt = this.#now();
    return true;
  }
}
