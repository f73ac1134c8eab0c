import type { HeldToken } from './token-index.ts';
import type { SignedRequest } from './token-source.ts';

/**
 * Finds out that the secret was rotated at the edge: a token was refused before its end, and its successor is not. Then
 * the tokens of earlier calls are outdated, and are renewed before they are used.
 */
export class Rotation {
  /** How many calls were sent; tokens of the page are of call 0. */
  #calls = 0;
  /** Tokens of this call and earlier ones are outdated. */
  #outdatedCall = -1;
  /** The replay that has shown it, and what was outdated before. */
  #evidence: { readonly replay: SignedRequest; readonly outdatedCall: number } | undefined;

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
   * Adapters report refusals only, never success: it counts as accepted at once, and `wasRefused` takes that back.
   */
  isReplacedBy(replay: SignedRequest, call: number, lastCall: number): void {
    const outdatedCall = Math.min(lastCall, call - 1);
    if (outdatedCall <= this.#outdatedCall) return;
    this.#evidence = { replay, outdatedCall: this.#outdatedCall };
    this.#outdatedCall = outdatedCall;
  }

  /** If it was a replay, then the edge has refused it for another reason than the age of its token. */
  wasRefused(request: SignedRequest): void {
    if (this.#evidence?.replay !== request) return;
    this.#outdatedCall = this.#evidence.outdatedCall;
    this.#evidence = undefined;
  }
}
