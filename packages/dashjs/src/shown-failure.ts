/** The requests that are held after a failure: the player shows one error for all of them. */
export class ShownFailure {
  readonly #held = new Set<object>();
  /** The source of the player that they belong to. */
  #asset: string | undefined;

  /** Returns whether `request` is the first one of `asset`: the error is to be shown. */
  hold(request: object, asset: string | undefined): boolean {
    if (asset !== this.#asset) this.#held.clear();
    this.#asset = asset;
    const isFirst = this.#held.size === 0;
    this.#held.add(request);
    return isFirst;
  }

  /** `request` does not wait any more: it has its token, or was aborted. */
  release(request: object): void {
    this.#held.delete(request);
  }

  /** Tokens come in again: what fails from now on is shown anew. */
  recovered(): void {
    this.#held.clear();
  }
}
