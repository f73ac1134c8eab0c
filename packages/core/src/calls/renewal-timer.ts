import { isStillPlayed } from '../tokens/renewal.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken, TokenStore } from '../tokens/token-store.ts';
import { lifetimeOf } from '../tokens/token-store.ts';
import type { Players, TokensInUse } from '../tokens/tokens-in-use.ts';
import { PageEvents } from '../realm.ts';
import type { TokenCalls } from './token-calls.ts';

/** Coarse, because machines sleep and tabs are throttled: the clock is read again each time. */
const INTERVAL_MS = 1000;

interface Parts {
  readonly store: TokenStore;
  readonly inUse: TokensInUse;
  readonly clock: ServerClock;
  readonly calls: TokenCalls;
  readonly players: Players;
}

/** Renews the tokens of folders ahead of use. Those that nobody uses are left to expire. */
export class RenewalTimer {
  readonly #parts: Parts;
  readonly #page = new PageEvents(['visibilitychange', 'pageshow', 'online'], () => this.#tick());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The token of a folder was attached. */
  start(): void {
    if (this.#timer === undefined) this.#tick();
  }

  /** The last player has left: what it has played is no longer played. */
  rest(): void {
    this.#parts.inUse.forgetRhythms();
    this.#tick();
  }

  stop(): void {
    this.#isStopped = true;
    this.#tick();
  }

  #tick(): void {
    clearTimeout(this.#timer);
    const { inUse, players } = this.#parts;
    const played = this.#isStopped || players.haveLeft ? [] : inUse.playedFolders();
    for (const held of played) if (this.#isToBeRenewed(held)) this.#renew(held);
    this.#timer = played.length > 0 ? setTimeout(() => this.#tick(), INTERVAL_MS) : undefined;
    this.#page.listenWhile(played.length > 0);
  }

  /**
   * Decides with the jitter in mind: an early renewal must not take an asset for one in use that the viewer left a
   * moment ago.
   */
  #isToBeRenewed(held: HeldToken): boolean {
    const { store, inUse, clock } = this.#parts;
    if (store.stateOf(held) !== 'due') return false;
    const now = clock.sessionNow();
    const byThen = now + Math.max(0, held.latestRenewAt - clock.now());
    return isStillPlayed(inUse.rhythmOf(held)!, lifetimeOf(held), now, byThen);
  }

  #renew(held: HeldToken): void {
    const { calls, inUse } = this.#parts;
    calls.obtainInBackground(inUse.lastUseOf(held)!.url, 'expiring');
  }
}
