import type { SignedRequest } from '../contract/token-source.ts';
import type { HeldToken } from './token-store.ts';

/** The largest number of replays that are remembered: as many may be under way at a time. */
const REMEMBERED = 100;

/** A refused request that was sent once more with another token. */
interface Replay {
  readonly request: SignedRequest;
  /** If the edge takes it, tokens of this call and earlier ones are outdated; -1 if it would show nothing. */
  readonly outdatedCall: number;
  isRefused: boolean;
}

/**
 * The latest replays, in the order in which they were sent. Adapters report refusals only, never success: a replay
 * counts as accepted until it is refused.
 *
 * They show whether the secret was rotated at the edge: a token was refused before its end, and its successor is not.
 * Then the tokens of earlier calls are outdated, and are renewed before they are used.
 */
export class SentReplays {
  /** The number of calls that were sent; tokens of the page are of call 0. */
  #calls = 0;
  #replays: readonly Replay[] = [];
  /** All of them, those that are forgotten too. */
  readonly #all = new WeakSet<SignedRequest>();
  /** The last call that a forgotten replay has shown to be outdated. */
  #believedCall = -1;
  #outdatedCall = -1;

  /** The number of the last call that was sent. */
  get lastCall(): number {
    return this.#calls;
  }

  /** @returns the number of a call that is sent now */
  nextCall(): number {
    return ++this.#calls;
  }

  /** Whether the edge has refused a token of the same age, or a younger one, and has taken its successor. */
  isOutdated({ call }: HeldToken): boolean {
    return call <= this.#outdatedCall;
  }

  /** `request`, a replay, goes out. @param outdatedCall the last call whose tokens are outdated if the edge takes it */
  note(request: SignedRequest, outdatedCall: number): void {
    this.#all.add(request);
    this.#replays = [...this.#replays, { request, outdatedCall, isRefused: false }];
    const [oldest] = this.#replays;
    if (this.#replays.length > REMEMBERED) {
      if (!oldest!.isRefused) this.#believedCall = Math.max(this.#believedCall, oldest!.outdatedCall);
      this.#replays = this.#replays.slice(1);
    }
    this.#judge();
  }

  /**
   * `request` was refused.
   * @returns how many replays in a row were: those that were sent just before it, itself, and those just after it. 0 if
   * it is none
   */
  noteRefused(request: SignedRequest): number {
    const at = this.#replays.findIndex((replay) => replay.request === request);
    if (at < 0) return this.#all.has(request) ? 1 : 0;
    this.#replays[at]!.isRefused = true;
    this.#judge();
    let first = at;
    while (this.#replays[first - 1]?.isRefused) first--;
    let last = at;
    while (this.#replays[last + 1]?.isRefused) last++;
    return last - first + 1;
  }

  #judge(): void {
    const accepted = this.#replays.filter(({ isRefused }) => !isRefused);
    this.#outdatedCall = Math.max(this.#believedCall, ...accepted.map(({ outdatedCall }) => outdatedCall));
  }
}
