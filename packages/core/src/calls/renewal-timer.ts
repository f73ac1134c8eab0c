import type { Acquisition } from './acquisition.ts';
import type { Backoff } from './backoff.ts';
import { PageEvents } from './page-events.ts';
import type { Players } from './players.ts';
import { isDue, isStillPlayed } from '../tokens/renewal.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken, TokenIndex } from '../tokens/token-index.ts';
import { lifetimeOf } from '../tokens/token-index.ts';
import type { Usage } from '../tokens/usage.ts';

/** Coarse, because machines sleep and tabs are throttled: the clock is read again each time. */
const INTERVAL_MS = 1000;

interface Parts {
  readonly index: TokenIndex;
  readonly usage: Usage;
  readonly clock: ServerClock;
  readonly acquisition: Acquisition;
  readonly backoff: Backoff;
  readonly players: Players;
  readonly isUsable: (held: HeldToken) => boolean;
}

/** Renews the tokens of folders ahead of use. Those that nobody uses are left to expire. */
export class RenewalTimer {
  readonly #parts: Parts;
  readonly #page = new PageEvents((type) => this.#wake(type));
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The token of a folder was attached. */
  start(): void {
    if (this.#timer === undefined) this.#tick();
  }

  /** `online` ends a pause also where nothing is to be renewed, but somebody waits. */
  followCalls(): void {
    this.#page.listenWhile(!this.#isStopped && (this.#timer !== undefined || this.#parts.acquisition.isBusy));
  }

  /** The last player has left: what it has played is no longer played. */
  rest(): void {
    this.#parts.usage.forgetRhythms();
    this.#tick();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.followCalls();
  }

  /** Seconds for which the tokens that are due and in use are still used, each. */
  restsOfDue(): number[] {
    const now = this.#parts.clock.now();
    const due = this.#worthRenewing(now).filter((held) => isDue(held, now));
    return due.map(({ unusableAt }) => unusableAt - now);
  }

  #wake(type: string): void {
    if (type === 'online') this.#parts.backoff.wake();
    this.#tick();
  }

  #tick(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isStopped) return;
    const { clock, acquisition, players } = this.#parts;
    const now = clock.now();
    const worthRenewing = players.haveLeft ? [] : this.#worthRenewing(now);
    for (const held of worthRenewing) {
      if (this.#isToBeRenewed(held, now) && !acquisition.isSuspended(held)) this.#renew(held);
    }
    if (worthRenewing.length > 0) this.#timer = setTimeout(() => this.#tick(), INTERVAL_MS);
    this.followCalls();
  }

  #worthRenewing(now: number): HeldToken[] {
    return [...this.#parts.index.folders()].filter((held) => this.#isWorthRenewing(held, now));
  }

  #isWorthRenewing(held: HeldToken, now: number): boolean {
    const { usage, isUsable } = this.#parts;
    const rhythm = usage.rhythmOf(held);
    if (!rhythm || !usage.wasAttached(held) || !isUsable(held)) return false;
    return isStillPlayed(rhythm, lifetimeOf(held), now);
  }

  /** Whoever renews early, by jitter, must not take an asset for one in use that was left a moment ago. */
  #isToBeRenewed(held: HeldToken, now: number): boolean {
    const rhythm = this.#parts.usage.rhythmOf(held)!;
    return isDue(held, now) && isStillPlayed(rhythm, lifetimeOf(held), now, Math.max(now, held.latestRenewAt));
  }

  #renew(held: HeldToken): void {
    this.#parts.acquisition.obtainInBackground(this.#parts.usage.lastUseOf(held)!.url, 'expiring');
  }
}
