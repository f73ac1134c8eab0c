import { BoundedMap } from '../bounded-maps.ts';
import type { SecureTokenError } from '../contract/secure-token-error.ts';
import { isServiceWorker } from '../realm.ts';

/**
 * Seconds for which a service worker believes a denial. It outlives the page in which the viewer was denied, and nobody
 * may tell it of a log-in. In a page a denial has no end: the app calls `renew()`.
 */
const SECONDS_IN_WORKER = 30;

interface Denial {
  readonly error: SecureTokenError;
  /** Seconds. */
  readonly until: number;
}

/** The scopes that the signing endpoint has denied: it is not asked for them again until the denial is lifted. */
export class Denials {
  readonly #now: () => number;
  readonly #lifetime = isServiceWorker() ? SECONDS_IN_WORKER : Infinity;
  /** By URL or scope. */
  readonly #denials = new BoundedMap<string, Denial>();
  #lifts = 0;

  /** @param now in seconds, never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The number of times that denials were lifted: an answer to an earlier call is for the viewer of that time. */
  get lifts(): number {
    return this.#lifts;
  }

  get isEmpty(): boolean {
    return this.#denials.size === 0;
  }

  deny(ids: readonly string[], error: SecureTokenError): void {
    const until = this.#now() + this.#lifetime;
    for (const id of ids) this.#denials.set(id, { error, until });
  }

  /** The denial of the first of `ids` that is denied. */
  of(ids: readonly string[]): SecureTokenError | undefined {
    const now = this.#now();
    return ids.map((id) => this.#denials.get(id)).find((denial) => denial && now < denial.until)?.error;
  }

  /** The viewer may have logged in. @returns the errors of the denials that were lifted */
  lift(): SecureTokenError[] {
    this.#lifts++;
    const errors = [...this.#denials.values()].map(({ error }) => error);
    this.#denials.clear();
    return errors;
  }
}
