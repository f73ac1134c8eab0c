import { BoundedMap } from '../bounded-maps.ts';
import { MAX_URLS_PER_CALL } from '../contract/token-source-options.ts';
import type { Rhythm } from './renewal.ts';
import { isStillPlayed, rhythmAfter } from './renewal.ts';
import type { SentReplays } from './sent-replays.ts';
import type { ServerClock } from './server-clock.ts';
import type { HeldToken, TokenStore } from './token-store.ts';
import { lifetimeOf, scopeId } from './token-store.ts';

/** The last request to which a token was attached. */
interface LastUse {
  /** Unsigned. */
  readonly url: string;
  /** The time of the request, in seconds of the session: an answer of the endpoint may change the endpoint's clock. */
  readonly at: number;
}

interface FolderUse {
  readonly url: string;
  readonly rhythm: Rhythm;
}

/** Seconds after the last use of a token in which a request with it may still be under way, or may be repeated. */
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

/** Tells which of the tokens at hand players use and how often, and so which tokens are worth another call. */
export class TokensInUse {
  readonly #parts: Parts;
  readonly #lastUses = new WeakMap<HeldToken, LastUse>();
  /** The last use and the rhythm of each folder, across all of its tokens. */
  readonly #folders = new BoundedMap<string, FolderUse>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Notes that a request for `url` gets `held`. */
  noteUse(held: HeldToken, url: string): void {
    const now = this.#parts.clock.sessionNow();
    this.#lastUses.set(held, { url, at: now });
    if (held.scope.kind !== 'folder') return;
    const id = scopeId(held.scope);
    this.#folders.set(id, { url, rhythm: rhythmAfter(this.#folders.get(id)?.rhythm, now) });
  }

  /** Whether any request has ever got exactly this token: an earlier token for the same folder does not count. */
  wasAttached(held: HeldToken): boolean {
    return this.#lastUses.has(held);
  }

  /**
   * Returns the last use of `held`. For a folder, that may be the use of an earlier token, because a player that waits
   * uses none.
   */
  lastUseOf(held: HeldToken): LastUse | undefined {
    const folder = this.#folderOf(held);
    return folder ? { url: folder.url, at: folder.rhythm.lastAt } : this.#lastUses.get(held);
  }

  /** Returns the rhythm in which players request the URLs of a folder; `undefined` before the first request. */
  rhythmOf(held: HeldToken): Rhythm | undefined {
    return this.#folderOf(held)?.rhythm;
  }

  /** Forgets the rhythms of folders, because no player is left. */
  forgetRhythms(): void {
    this.#folders.clear();
  }

  /**
   * Returns one URL for each token in use, which means that a request got the token less than its lifetime ago. The
   * folder that was used last is always included, because its player may wait to go on. Tokens that open one URL or
   * path are limited to one call: the ones that were used last.
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
   * Returns the URLs whose tokens are renewed together with the token for `key` after a rotation: one URL for each
   * outdated token that will be used. These are tokens of folders in use, of URLs that were requested just now, and of
   * URLs that were signed ahead, beginning with the one after `key`; `key` itself is not included. Returns none if the
   * token for `key` is not outdated.
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
    // in the order of the calls for them, which is the order in which they are played
    for (const held of [...urls.slice(next), ...urls.slice(0, next)]) {
      if (held === from || !isToBeRenewed(held)) continue;
      const lastUse = this.lastUseOf(held);
      if (!lastUse) ahead.push(held.scope.href);
      else if (clock.sessionNow() - lastUse.at < UNDER_WAY_SECONDS) underWay.push(lastUse.url);
    }
    return [...folders.map(({ lastUse }) => lastUse.url), ...underWay, ...ahead].slice(0, MAX_URLS_PER_CALL - 1);
  }

  /** Returns the usable tokens of folders that are still played, if a request has got the token: these are renewed. */
  playedFolders(): HeldToken[] {
    const { store, clock } = this.#parts;
    const now = clock.sessionNow();
    return [...store.folders()].filter((held) => {
      const rhythm = this.rhythmOf(held);
      return rhythm && this.wasAttached(held) && store.isUsable(held) && isStillPlayed(rhythm, lifetimeOf(held), now);
    });
  }

  /** Returns, for each due token among `playedFolders()`, the seconds for which requests still use it. */
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

  /** Whether a request got the token, or an earlier token for the same folder, less than a lifetime ago. */
  #isInUse({ held, lastUse }: Used): boolean {
    return this.#parts.clock.sessionNow() - lastUse.at < lifetimeOf(held);
  }

  #folderOf({ scope }: HeldToken): FolderUse | undefined {
    return this.#folders.get(scopeId(scope));
  }
}

/** The players that use a token source. Renewing and signing ahead of use end when the last player leaves. */
export class Players {
  #count = 0;
  #haveCome = false;

  /** Whether players have joined and all of them have left. An app that signs without a player never joins. */
  get haveLeft(): boolean {
    return this.#haveCome && this.#count === 0;
  }

  /**
   * Adds a player.
   * @param lastLeft called if this player is the last one to leave
   * @returns a function to call when the player leaves; further calls of it have no effect
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
