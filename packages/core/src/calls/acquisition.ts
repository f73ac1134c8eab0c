import { abortable } from '../abortable.ts';
import type { Backoff } from './backoff.ts';
import type { Denials } from './denials.ts';
import { mayBeAboutPredictions } from './isolate-failure.ts';
import type { Scope } from '../tokens/scope.ts';
import { scopeId } from '../tokens/scope.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import type { SigningQueue } from './signing-queue.ts';
import type { HeldToken, TokenIndex } from '../tokens/token-index.ts';
import type { TokenReason } from '../contract/token-source-options.ts';
import { pathOf } from '../url-text.ts';

interface Parts {
  readonly index: TokenIndex;
  readonly denials: Denials;
  readonly queue: SigningQueue;
  readonly backoff: Backoff;
  /** The key of a URL: it changes once an answer tells which parameters an old token has put there. */
  readonly identify: (href: string) => string;
  /** Other keys whose tokens are asked for in the same call as that of `key`. */
  readonly alongWith: (key: string) => readonly string[];
  /** Whether `key` is a predicted name: it stands in no playlist yet. */
  readonly isPredicted: (key: string) => boolean;
  /** `key` is about to be asked for. */
  readonly willAsk: (key: string) => void;
  /** Calls begin or end. */
  readonly changed: () => void;
}

interface Manner {
  readonly reason: TokenReason;
  /** Nobody knows yet whether what is asked for will exist. */
  readonly isPredicted: boolean;
}

interface Flight {
  readonly key: string;
  readonly ended: Promise<void>;
  readonly isPredicted: boolean;
}

/** Gets tokens: one call per scope at a time, which others join. */
export class Acquisition {
  readonly #parts: Parts;
  /** By the URL and the scope that they are for. */
  readonly #flights = new Map<string, Flight>();
  /**
   * Their renewal was answered with something that is not understood, or with a token for one URL where they open a
   * folder: it would be asked for again and again.
   */
  readonly #suspended = new WeakSet<HeldToken>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get isBusy(): boolean {
    return this.#flights.size > 0;
  }

  isSuspended(held: HeldToken): boolean {
    return this.#suspended.has(held);
  }

  /** The scopes under which a call or a denial for `key` may be filed, that of the URL itself first. */
  idsOf(key: string): string[] {
    const url: Scope = { kind: 'url', href: key };
    const path: Scope = { kind: 'path', href: pathOf(key) };
    const held = this.#parts.index.find(key);
    return [url, path, ...(held ? [held.scope] : [])].map(scopeId);
  }

  /** The id that is shared by all that one token opens. */
  scopeIdOf(key: string): string {
    return scopeId(this.#parts.index.find(key)?.scope ?? { kind: 'url', href: key });
  }

  denialOf(key: string): SecureTokenError | undefined {
    const { denials } = this.#parts;
    // asked with every request, and nearly always there is none
    return denials.isEmpty ? undefined : denials.of(this.idsOf(key));
  }

  /**
   * Resolves when there is a new token for `key`, for a request that waits until `signal` aborts.
   * @throws what went wrong; the reason of `signal`
   */
  obtain(key: string, reason: TokenReason, signal?: AbortSignal): Promise<void> {
    return this.#parts.backoff.hurryFor(() => abortable(this.#join(key, reason), signal));
  }

  /** For nobody who waits: not while the endpoint is left alone. */
  obtainInBackground(key: string, reason: TokenReason): void {
    if (!this.#parts.backoff.isPaused) this.#join(key, reason).catch(() => undefined);
  }

  /** Asks for the token of a listed name ahead of use; resolves to whether the endpoint answered without one. */
  async obtainAhead(key: string): Promise<boolean> {
    if (this.#parts.backoff.isPaused) return false;
    try {
      await this.#join(key, 'initial');
      return false;
    } catch (error) {
      return (error as SecureTokenError).code === 'ERR_SIGNING_RESPONSE';
    }
  }

  isUnderWay(key: string): boolean {
    return this.#flightFor(key) !== undefined;
  }

  /**
   * Asks for a URL that may never exist, along with what is asked for anyway. Whatever goes wrong is no failure.
   * Resolves to whether the endpoint has answered, but without a token for it.
   */
  async predict(key: string): Promise<boolean> {
    if (this.#parts.backoff.isPaused || this.isUnderWay(key) || this.denialOf(key)) return false;
    try {
      await this.#start(key, 'initial', true);
      return false;
    } catch (error) {
      return mayBeAboutPredictions(error as SecureTokenError);
    }
  }

  #join(key: string, reason: TokenReason): Promise<void> {
    const underWay = this.#flightFor(key);
    // what could not be had as a prediction is asked for once somebody wants it
    if (underWay?.isPredicted) return underWay.ended.catch(() => this.#join(key, reason));
    return underWay ? this.#joinFlight(underWay, key, reason) : this.#startWithOthers(key, reason);
  }

  /**
   * One token for all of a scope is expected of the call for another URL. Where the endpoint has answered with a token
   * for that URL alone, `key` has a call of its own.
   */
  async #joinFlight(flight: Flight, key: string, reason: TokenReason): Promise<void> {
    const { index, identify } = this.#parts;
    const before = index.find(key);
    await flight.ended;
    if (flight.key === key || index.find(identify(key)) !== before) return;
    const own = this.#flights.get(this.idsOf(key)[0]!);
    await (own && !own.isPredicted ? own.ended : this.#startWithOthers(key, reason));
  }

  #startWithOthers(key: string, reason: TokenReason): Promise<void> {
    const flight = this.#start(key, reason);
    for (const other of this.#parts.alongWith(key)) {
      if (this.#parts.isPredicted(other)) void this.predict(other);
      else if (!this.#flightFor(other)) this.#start(other, reason).catch(() => undefined);
    }
    return flight;
  }

  #flightFor(key: string): Flight | undefined {
    return this.idsOf(key)
      .map((id) => this.#flights.get(id))
      .find((flight) => flight !== undefined);
  }

  #start(key: string, reason: TokenReason, isPredicted = false): Promise<void> {
    // its own URL is not enough: others that the same token opens join it, even if that is forgotten meanwhile
    const own = [...new Set([this.idsOf(key)[0]!, this.scopeIdOf(key)])];
    const flight: Flight = { key, ended: this.#fly(key, own, { reason, isPredicted }), isPredicted };
    for (const id of own) this.#flights.set(id, flight);
    this.#parts.changed();
    return flight.ended;
  }

  async #fly(key: string, ids: readonly string[], how: Manner): Promise<void> {
    const { index, identify } = this.#parts;
    const before = index.find(key);
    let error = await (this.denialOf(key) ?? this.#ask(key, how));
    for (const id of ids) if (this.#flights.get(id)?.key === key) this.#flights.delete(id);
    this.#parts.changed();
    const held = index.find(identify(key));
    error ??= this.denialOf(identify(key));
    if (!error && (!held || held === before)) {
      const message =
        'The answer of the signing endpoint has no token for this URL. ' +
        "Send one with this 'url', or with a 'prefix' above it.";
      error = new SecureTokenError('ERR_SIGNING_RESPONSE', message, { url: identify(key) });
    }
    if (held && error?.code === 'ERR_SIGNING_RESPONSE') this.#suspended.add(held);
    else if (!error && before?.scope.kind === 'folder' && index.find(before.scope.href) === before)
      this.#suspended.add(before);
    if (error) throw error;
  }

  #ask(key: string, { reason, isPredicted }: Manner): Promise<SecureTokenError | undefined> {
    this.#parts.willAsk(key);
    return this.#parts.queue.ask(key, reason, isPredicted);
  }
}
