import { MAX_URLS_PER_CALL } from '../contract/call-limit.ts';
import { isStillPlayed } from './renewal.ts';
import type { SentReplays } from './sent-replays.ts';
import type { ServerClock } from './server-clock.ts';
import type { HeldToken, TokenStore } from './token-store.ts';
import { lifetimeOf } from './token-store.ts';
import type { LastUse, Usage } from './usage.ts';

/** Seconds after its last use in which a request with a token may still be under way, or come again. */
export const UNDER_WAY_SECONDS = 30;

interface Used {
  readonly held: HeldToken;
  readonly lastUse: LastUse;
}

interface Parts {
  readonly store: TokenStore;
  readonly usage: Usage;
  readonly sent: SentReplays;
  readonly clock: ServerClock;
}

/** Says which of the tokens at hand players use, and so which are worth another call. */
export class TokensInUse {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /**
   * One URL for each token that players use now: it was attached less than its lifetime ago. What was used last is
   * among them, however long ago, for its player may wait to go on. Of those that open one URL, no more than one call
   * holds: those that were used last.
   */
  urls(): string[] {
    const { store } = this.#parts;
    const folders = this.#usedOf(store.folders());
    const latest = folders.reduce<Used | undefined>(
      (one, other) => (one && one.lastUse.at > other.lastUse.at ? one : other),
      undefined,
    );
    const urls = this.#usedOf(store.urls())
      .filter((it) => store.isAlive(it.held) && this.#isInUse(it))
      .sort((one, other) => one.lastUse.at - other.lastUse.at);
    return [...folders.filter((it) => it === latest || this.#isInUse(it)), ...urls.slice(-MAX_URLS_PER_CALL)].map(
      ({ lastUse }) => lastUse.url,
    );
  }

  /**
   * After a rotation all that is in use is renewed together. One URL for each outdated token that will be used: of
   * folders that players use, of what was requested just now, and of what was read ahead, from the place of the token
   * for `key` on, which comes along itself. None if that token is not outdated.
   */
  outdatedAlong(key: string): string[] {
    const { store, usage, sent, clock } = this.#parts;
    const from = store.find(key);
    if (!from || !sent.isOutdated(from)) return [];
    const isToBeRenewed = (held: HeldToken): boolean => sent.isOutdated(held) && store.isAlive(held);
    const folders = this.#usedOf([...store.folders()].filter(isToBeRenewed)).filter((it) => this.#isInUse(it));
    const underWay: string[] = [];
    const ahead: string[] = [];
    const urls = store.urls();
    const next = urls.indexOf(from) + 1;
    // in the order in which they were asked for: that is the one in which they are played
    for (const held of [...urls.slice(next), ...urls.slice(0, next)]) {
      if (held === from || !isToBeRenewed(held)) continue;
      const lastUse = usage.lastUseOf(held);
      if (!lastUse) ahead.push(held.scope.href);
      else if (clock.sessionNow() - lastUse.at < UNDER_WAY_SECONDS) underWay.push(lastUse.url);
    }
    return [...folders.map(({ lastUse }) => lastUse.url), ...underWay, ...ahead].slice(0, MAX_URLS_PER_CALL - 1);
  }

  /** The tokens of folders that somebody still plays, of which an attached one can be renewed ahead of its end. */
  playedFolders(): HeldToken[] {
    const { store, usage, clock } = this.#parts;
    const now = clock.sessionNow();
    return [...store.folders()].filter((held) => {
      const rhythm = usage.rhythmOf(held);
      return rhythm && usage.wasAttached(held) && store.isUsable(held) && isStillPlayed(rhythm, lifetimeOf(held), now);
    });
  }

  /** Seconds for which each of these folders' tokens that is due is still used. */
  restsOfDue(): number[] {
    const { store, clock } = this.#parts;
    const due = this.playedFolders().filter((held) => store.stateOf(held) === 'due');
    return due.map(({ unusableAt }) => unusableAt - clock.now());
  }

  #usedOf(tokens: Iterable<HeldToken>): Used[] {
    return [...tokens].flatMap((held) => {
      const lastUse = this.#parts.usage.lastUseOf(held);
      return lastUse ? [{ held, lastUse }] : [];
    });
  }

  /** Whether a request was given it, or one before it for the same folder, less than a lifetime ago. */
  #isInUse({ held, lastUse }: Used): boolean {
    return this.#parts.clock.sessionNow() - lastUse.at < lifetimeOf(held);
  }
}
