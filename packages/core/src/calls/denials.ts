import { BoundedMap } from '../bounded-maps.ts';
import type { SecureTokenError } from '../contract/secure-token-error.ts';
import { isServiceWorker } from '../realm.ts';

/**
 * Seconds for which a denial holds in a service worker. The worker outlives the page in which the viewer was denied,
 * and may never hear of a log-in. In a page a denial holds until the app calls `renew()`.
 */
const SECONDS_IN_WORKER = 30;

interface Denial {
  readonly error: SecureTokenError;
  /** When the denial ends, in seconds on the clock `now`. */
  readonly until: number;
}

/** The scopes that the signing endpoint has denied. The source does not ask for them until the denial ends. */
export class Denials {
  readonly #now: () => number;
  readonly #lifetime = isServiceWorker() ? SECONDS_IN_WORKER : Infinity;
  /** The denials, by URL or scope. */
  readonly #denials = new BoundedMap<string, Denial>();
  #lifts = 0;

  /** @param now in seconds, never goes back */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The number of times that denials were lifted. The answer to an earlier call is for the viewer of that time. */
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

  /** Returns the denial of the first of `ids` that is denied. */
  of(ids: readonly string[]): SecureTokenError | undefined {
    const now = this.#now();
    return ids.map((id) => this.#denials.get(id)).find((denial) => denial && now < denial.until)?.error;
  }

  /** Lifts all denials, because the viewer may have logged in. @returns the errors of the lifted denials */
  lift(): SecureTokenError[] {
    this.#lifts++;
    const errors = [...this.#denials.values()].map(({ error }) => error);
    this.#denials.clear();
    return errors;
  }
}
