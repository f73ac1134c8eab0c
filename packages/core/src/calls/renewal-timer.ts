import { isStillPlayed } from '../tokens/renewal.ts';
import type { ServerClock } from '../tokens/server-clock.ts';
import type { HeldToken, TokenStore } from '../tokens/token-store.ts';
import { lifetimeOf } from '../tokens/token-store.ts';
import type { Players, TokensInUse } from '../tokens/tokens-in-use.ts';
import { PageEvents } from '../realm.ts';
import type { TokenCalls } from './token-calls.ts';

/** The time between two checks. Coarse, because machines sleep and tabs are throttled: each check reads the clock. */
const INTERVAL_MS = 1000;

interface Parts {
  readonly store: TokenStore;
  readonly inUse: TokensInUse;
  readonly clock: ServerClock;
  readonly calls: TokenCalls;
  readonly players: Players;
}

/** Renews the tokens of folders ahead of use. Tokens that no player uses expire. */
export class RenewalTimer {
  readonly #parts: Parts;
  readonly #page = new PageEvents(['visibilitychange', 'pageshow', 'online'], () => this.#tick());
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Starts the timer, because the token of a folder was attached. */
  start(): void {
    if (this.#timer === undefined) this.#tick();
  }

  /** Stops renewing and forgets what was played, because the last player has left. */
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
   * Whether to renew `held` now. Jitter may make `held` due early, so the asset has to count as played until the latest
   * `renewAt`: an asset that the viewer has left a moment ago must not be renewed.
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
