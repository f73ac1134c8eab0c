/** The players that use a token source. What is done ahead of use is done for them, and ends with the last one. */
export class Players {
  readonly #onLastLeft: () => void;
  #count = 0;
  #haveCome = false;

  constructor(onLastLeft: () => void) {
    this.#onLastLeft = onLastLeft;
  }

  /** There were players, and there is none any more. An app that signs by itself is none, and never leaves. */
  get haveLeft(): boolean {
    return this.#haveCome && this.#count === 0;
  }

  /** @returns to be called when the player leaves; calls after the first count for nothing */
  join(): () => void {
    this.#haveCome = true;
    this.#count++;
    let isThere = true;
    return () => {
      if (!isThere) return;
      isThere = false;
      this.#count--;
      if (this.#count === 0) this.#onLastLeft();
    };
  }
}
