import { BoundedMap } from '../bounded-map.ts';
import type { SecureTokenError } from '../contract/errors.ts';
import type { TokenStore } from '../tokens/token-store.ts';

/** What the signing endpoint denies this viewer, until the app lifts the denials after a log-in. */
export class Denials {
  readonly #store: TokenStore;
  /** The denials, by scope. */
  readonly #errors = new BoundedMap<string, SecureTokenError>();
  /** The number of log-ins: a call that was sent before the last one denies nothing. */
  logins = 0;

  constructor(store: TokenStore) {
    this.#store = store;
  }

  of(key: string): SecureTokenError | undefined {
    return this.#errors.get(`url ${key}`) ?? this.#errors.get(this.#store.scopeOf(key));
  }

  /**
   * Denies a URL, and its scope with it; but while a usable token opens the scope, an entry of `denied` is about the URL
   * alone: a denied thumbnail does not end the film in the same folder.
   * @param isWholeCall whether the call has failed, rather than listed the URL in `denied`
   * @returns the error
   */
  deny(key: string, error: SecureTokenError, isWholeCall: boolean): SecureTokenError {
    this.#errors.set(`url ${key}`, error);
    if (isWholeCall || !this.#store.isUsable(this.#store.find(key))) this.#errors.set(this.#store.scopeOf(key), error);
    return error;
  }

  /** Lifts all denials, because the viewer may have changed. @returns the errors of those that were lifted */
  lift(): SecureTokenError[] {
    const lifted = [...this.#errors.values()];
    this.#errors.clear();
    this.logins++;
    return lifted;
  }
}
