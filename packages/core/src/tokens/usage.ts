import { BoundedMap } from '../bounded-map.ts';
import type { Rhythm } from './renewal.ts';
import { rhythmAfter } from './renewal.ts';
import { scopeId } from './scope.ts';
import type { HeldToken } from './token-store.ts';

/** The last request for which a token was attached. */
export interface LastUse {
  /** Unsigned. */
  readonly url: string;
  /** Seconds of the session: an answer of the endpoint may set its own clock. */
  readonly at: number;
}

interface FolderUse {
  readonly url: string;
  readonly rhythm: Rhythm;
}

/** Which tokens players use, and how often. */
export class Usage {
  readonly #lastUses = new WeakMap<HeldToken, LastUse>();
  /** The uses of each folder, over all its tokens. */
  readonly #folders = new BoundedMap<string, FolderUse>();

  note(held: HeldToken, url: string, now: number): void {
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

  #folderOf({ scope }: HeldToken): FolderUse | undefined {
    return this.#folders.get(scopeId(scope));
  }
}
