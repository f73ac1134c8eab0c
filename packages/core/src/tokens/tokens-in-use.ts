import { BoundedMap } from '../bounded-maps.ts';
import { MAX_URLS_PER_CALL } from '../contract/token-source-options.ts';
import type { Rhythm } from './renewal.ts';
import { isStillPlayed, rhythmAfter } from './renewal.ts';
import type { SentReplays } from './sent-replays.ts';
import type { ServerClock } from './server-clock.ts';
import type { HeldToken, TokenStore } from './token-store.ts';
import { lifetimeOf, scopeId } from './token-store.ts';

/** The last request for which a token was attached. */
interface LastUse {
  /** Unsigned. */
  readonly url: string;
  /** Seconds of the session: an answer of the endpoint may set its own clock. */
  readonly at: number;
}

interface FolderUse {
  readonly url: string;
  readonly rhythm: Rhythm;
}

/** Seconds after its last use in which a request with a token may still be under way, or come again. */
export const UNDER_WAY_SECONDS = 30;

interface Used {
  readonly held: HeldToken;
  readonly lastUse: LastUse;
}

interface Parts {
  readonly store: TokenStore;
  readonly sent: SentReplays;
  readonly clock: ServerClock;
}

/** Says which of the tokens at hand players use, how often, and so which are worth another call. */
export class TokensInUse {
  readonly #parts: Parts;
  readonly #lastUses = new WeakMap<HeldToken, LastUse>();
  /** The uses of each folder, over all its tokens. */
  readonly #folders = new BoundedMap<string, FolderUse>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** A request for `url` is given `held`. */
  noteUse(held: HeldToken, url: string): void {
    const now = this.#parts.clock.sessionNow();
    this.#lastUses.set(held, { url, at: now });
    if (held.scope.kind !== 'folder') return;
    const id = scopeId(held.scope);
    this.#folders.set(id, { url, rhythm: rhythmAfter(this.#folders.get(id)?.rhythm, now) });
  }

  /** Whether a request has been given this very token, ever: one before it for the same folder does not count. */
  wasAttached(held: HeldToken): boolean {
    return this.#lastUses.has(held);
  }

  /** The last use of `held`; of a folder, also of an earlier token, for a player that waits uses none. */
  lastUseOf(held: HeldToken): LastUse | undefined {
    const folder = this.#folderOf(held);
    return folder ? { url: folder.url, at: folder.rhythm.lastAt } : this.#lastUses.get(held);
  }

  /** The rhythm in which the URLs of a folder are requested; `undefined` before the first request. */
  rhythmOf(held: HeldToken): Rhythm | undefined {
    return this.#folderOf(held)?.rhythm;
  }

  /** Forgets the rhythms of folders, because no player is left. */
  forgetRhythms(): void {
    this.#folders.clear();
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
    const { store, sent, clock } = this.#parts;
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
      const lastUse = this.lastUseOf(held);
      if (!lastUse) ahead.push(held.scope.href);
      else if (clock.sessionNow() - lastUse.at < UNDER_WAY_SECONDS) underWay.push(lastUse.url);
    }
    return [...folders.map(({ lastUse }) => lastUse.url), ...underWay, ...ahead].slice(0, MAX_URLS_PER_CALL - 1);
  }

  /** The tokens of folders that somebody still plays, of which an attached one can be renewed ahead of its end. */
  playedFolders(): HeldToken[] {
    const { store, clock } = this.#parts;
    const now = clock.sessionNow();
    return [...store.folders()].filter((held) => {
      const rhythm = this.rhythmOf(held);
      return rhythm && this.wasAttached(held) && store.isUsable(held) && isStillPlayed(rhythm, lifetimeOf(held), now);
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
      const lastUse = this.lastUseOf(held);
      return lastUse ? [{ held, lastUse }] : [];
    });
  }

  /** Whether a request was given it, or one before it for the same folder, less than a lifetime ago. */
  #isInUse({ held, lastUse }: Used): boolean {
    return this.#parts.clock.sessionNow() - lastUse.at < lifetimeOf(held);
  }

  #folderOf({ scope }: HeldToken): FolderUse | undefined {
    return this.#folders.get(scopeId(scope));
  }
}

/** The players that use a token source. What is done ahead of use is done for them, and ends with the last one. */
export class Players {
  #count = 0;
  #haveCome = false;

  /** There were players, and there is none any more. An app that signs by itself is none, and never leaves. */
  get haveLeft(): boolean {
    return this.#haveCome && this.#count === 0;
  }

  /**
   * A player comes.
   * @param lastLeft called if it is the last one to leave
   * @returns to be called when the player leaves; calls after the first count for nothing
   */
  join(lastLeft: () => void): () => void {
    this.#haveCome = true;
    this.#count++;
    let isThere = true;
    return () => {
      if (!isThere) return;
      isThere = false;
      this.#count--;
      if (this.#count === 0) lastLeft();
    };
  }
}
