/** The requests that wait after a failure: the player shows one error for all of them. */
export class ShownFailure {
  readonly #held = new Set<object>();
  /** The source of the player to which these requests belong. */
  #asset: string | undefined;

  /** Adds `request`. Returns whether it is the first one of `asset`, so that the player shows the error. */
  hold(request: object, asset: string | undefined): boolean {
    if (asset !== this.#asset) this.#held.clear();
    this.#asset = asset;
    const isFirst = this.#held.size === 0;
    this.#held.add(request);
    return isFirst;
  }

  /** Removes `request`, which waits no more: it has its token, or was aborted. */
  release(request: object): void {
    this.#held.delete(request);
  }

  /** Removes all requests, because tokens come in again: the player shows the next failure anew. */
  recovered(): void {
    this.#held.clear();
  }
}
