/** The players that use a token source. What is done ahead of use is done for them, and ends with the last one. */
export class Players {
  #count = 0;
  #haveCome = false;

  /** There were players, and there is none any more. An app that signs by itself is none, and never leaves. */
  get haveLeft(): boolean {
    return this.#haveCome && this.#count === 0;
  }

  /**
   * A player comes.
   * @param lastLeft called if it is the last one to leave
   * @returns to be called when the player leaves; calls after the first count for nothing
   */
  join(lastLeft: () => void): () => void {
    this.#haveCome = true;
    this.#count++;
    let isThere = true;
    return () => {
      if (!isThere) return;
      isThere = false;
      this.#count--;
      if (this.#count === 0) lastLeft();
    };
  }
}
