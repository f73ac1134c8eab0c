import type { HeldToken } from './token-store.ts';
import type { SignedRequest } from '../contract/token-source.ts';

/** A request that was sent once more, and the call whose tokens are outdated if the edge takes it. */
interface Evidence {
  readonly replay: SignedRequest;
  readonly outdatedCall: number;
}

/** Replays of which the edge may still refuse one. */
const MAX_EVIDENCE = 20;

/**
 * Finds out that the secret was rotated at the edge: a token was refused before its end, and its successor is not. Then
 * the tokens of earlier calls are outdated, and are renewed before they are used.
 */
export class Rotation {
  /** The number of calls that were sent; tokens of the page are of call 0. */
  #calls = 0;
  /** Tokens of this call and earlier ones are outdated, whatever becomes of the replays under way. */
  #believedCall = -1;
  /** The latest replays that the edge has not refused so far, with what each shows. */
  #evidence: readonly Evidence[] = [];

  get lastCall(): number {
    return this.#calls;
  }

  /** @returns the number of a call that is sent now */
  nextCall(): number {
    return ++this.#calls;
  }

  isOutdated({ call }: HeldToken): boolean {
    return call <= this.#outdatedCall;
  }

  /**
   * `replay` goes out with a token of `call` for a request that was refused when `lastCall` was the last one.
   * Adapters report refusals only, never success: it counts as accepted at once, and `noteRefused` takes that back.
   */
  noteReplay(replay: SignedRequest, call: number, lastCall: number): void {
    this.#evidence = [...this.#evidence, { replay, outdatedCall: Math.min(lastCall, call - 1) }];
    if (this.#evidence.length <= MAX_EVIDENCE) return;
    const [oldest, ...others] = this.#evidence;
    this.#believedCall = Math.max(this.#believedCall, oldest!.outdatedCall);
    this.#evidence = others;
  }

  /** If it was a replay, then the edge has refused it for another reason than the age of its token. */
  noteRefused(request: SignedRequest): void {
    this.#evidence = this.#evidence.filter(({ replay }) => replay !== request);
  }

  get #outdatedCall(): number {
    return this.#evidence.reduce((call, { outdatedCall }) => Math.max(call, outdatedCall), this.#believedCall);
  }
}
