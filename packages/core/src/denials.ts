import { BoundedMap } from './bounded-map.ts';
import type { SecureTokenError } from './secure-token-error.ts';

/** What the signing endpoint has denied, final until it is cleared. */
export class Denials {
  /** By URL or scope. */
  readonly #errors = new BoundedMap<string, SecureTokenError>();

  get isEmpty(): boolean {
    return this.#errors.size === 0;
  }

  deny(ids: readonly string[], error: SecureTokenError): void {
    for (const id of ids) this.#errors.set(id, error);
  }

  /** The denial of the first of `ids` that was denied. */
  of(ids: readonly string[]): SecureTokenError | undefined {
    return ids.map((id) => this.#errors.get(id)).find((error) => error !== undefined);
  }

  clear(): void {
    this.#errors.clear();
  }
}
