import type { SignedRequest } from '../contract/token-source.ts';
import type { HeldToken } from './token-store.ts';

/** The largest number of replays that are remembered: that many may be under way at a time. */
const REMEMBERED = 100;

/** A refused request that was sent once more with another token. */
interface Replay {
  readonly request: SignedRequest;
  /** The last call whose tokens are outdated if the edge accepts the replay; -1 if that would show nothing. */
  readonly outdatedCall: number;
  isRefused: boolean;
}

/**
 * The latest replays, in the order in which they were sent. Adapters report refusals only, never success: a replay
 * counts as accepted until it is refused.
 *
 * Replays show whether the secret was rotated at the edge: the edge refused a token before its end, and accepts the
 * successor. Then the tokens of earlier calls are outdated, and the source renews them before it uses them.
 */
export class SentReplays {
  /** The number of calls that were sent. Tokens of the page belong to call 0. */
  #calls = 0;
  #replays: readonly Replay[] = [];
  /** All replays, including forgotten ones. */
  readonly #all = new WeakSet<SignedRequest>();
  /** The last call that a forgotten replay has shown to be outdated. */
  #believedCall = -1;
  #outdatedCall = -1;

  /** The number of the last call that was sent. */
  get lastCall(): number {
    return this.#calls;
  }

  /** Counts a call that is sent now. @returns its number */
  nextCall(): number {
    return ++this.#calls;
  }

  /** Whether the edge has refused a token of the same call or of a later one, and has accepted its successor. */
  isOutdated({ call }: HeldToken): boolean {
    return call <= this.#outdatedCall;
  }

  /**
   * Notes that the replay `request` is sent.
   * @param outdatedCall the last call whose tokens are outdated if the edge accepts the replay
   */
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
   * Notes that the edge refused `request`.
   * @returns the number of refused replays in a row, in the order of sending, including `request` itself; 0 if
   * `request` is not a replay
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
