import { BoundedMap } from '../bounded-map.ts';

/** Seconds for which a scope is not asked for ahead of use, after a call has brought no token for it. */
const SCOPE_SECONDS = 10;
/** Seconds for which nothing is guessed, after guesses have got no token. */
const GUESS_SECONDS = 60;

/** What is not asked for ahead of use for a while, because the endpoint has answered without a token. */
export class Rests {
  readonly #now: () => number;
  readonly #scopes = new BoundedMap<string, number>();
  #guessesUntil = -Infinity;

  /** @param now seconds, never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  rest(scope: string): void {
    this.#scopes.set(scope, this.#now() + SCOPE_SECONDS);
  }

  restGuesses(): void {
    this.#guessesUntil = this.#now() + GUESS_SECONDS;
  }

  isResting(scope: string): boolean {
    return this.#now() < (this.#scopes.get(scope) ?? -Infinity);
  }

  get mayGuess(): boolean {
    return this.#now() >= this.#guessesUntil;
  }
}
