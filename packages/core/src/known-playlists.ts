import type { DashManifest } from './dash-manifest.ts';
import { KnownManifest } from './known-manifest.ts';
import { KnownPlaylist } from './known-playlist.ts';
import type { Rendition } from './rendition.ts';
import { pathOf } from './url-text.ts';

/** How many URLs are known in their order, in all playlists, and what is held of manifests instead of URLs. */
const MAX_SIZE = 50_000;

/** A query may change with each reload: so many playlists of one path are looked at, the latest ones. */
const MAX_CANDIDATES = 20;

type Known = KnownPlaylist | KnownManifest;

interface Entry {
  readonly known: Known;
  /** When it was learnt. */
  readonly size: number;
}

/** The media playlists and manifests that were learnt, as far as there is room for them. */
export class KnownPlaylists {
  /** The newest last. */
  readonly #entries = new Map<string, Entry>();
  /** The latest identities of each path, the newest first. */
  readonly #idsOfPath = new Map<string, readonly string[]>();
  #size = 0;

  /**
   * Learns a playlist. Its identity may change with each reload, by its query (a session, a number against caches):
   * then it is the one of the same path that has the first segment.
   */
  learnPlaylist(id: string, firstSegment: string, learn: (playlist: KnownPlaylist) => void): void {
    const before = this.#before(id, (it) => it instanceof KnownPlaylist && it.order.has(firstSegment));
    const known = before && this.#entries.get(before)?.known;
    const playlist = known instanceof KnownPlaylist ? known : new KnownPlaylist();
    learn(playlist);
    this.#replace(before, id, playlist);
  }

  /** The same for a manifest; of a reload, the renditions that are played. */
  learnManifest(id: string, manifest: DashManifest): readonly Rendition[] {
    const before = this.#before(id, (it) => it instanceof KnownManifest && it.isContinuedBy(manifest));
    const known = before && this.#entries.get(before)?.known;
    if (known instanceof KnownManifest) known.follow(manifest);
    const learnt = known instanceof KnownManifest ? known : new KnownManifest(manifest);
    this.#replace(before, id, learnt);
    return learnt.renditions;
  }

  /** The rendition of the newest that names `key`. */
  naming(key: string): Rendition | undefined {
    const entries = [...this.#entries.values()];
    for (let index = entries.length - 1; index >= 0; index--) {
      const found = entries[index]!.known.naming(key);
      if (found) return found;
    }
    return undefined;
  }

  beingPlayed(now: number): Rendition[] {
    const renditions = [...this.#entries.values()].flatMap(({ known }) => known.renditions);
    return renditions.filter((rendition) => rendition.isBeingPlayed(now));
  }

  /** Whether one of them predicts `key`. */
  predicts(key: string): boolean {
    for (const { known } of this.#entries.values())
      if (known instanceof KnownPlaylist && known.prediction.has(key)) return true;
    return false;
  }

  clear(): void {
    this.#entries.clear();
    this.#idsOfPath.clear();
    this.#size = 0;
  }

  /** The identity under which what `id` names now was learnt before; `undefined` if it was not. */
  #before(id: string, isContinued: (known: Known) => boolean): string | undefined {
    if (this.#entries.has(id)) return id;
    return this.#idsOfPath.get(pathOf(id))?.find((other) => isContinued(this.#entries.get(other)!.known));
  }

  #replace(before: string | undefined, id: string, known: Known): void {
    if (before !== undefined) this.#forget(before);
    // one that names nothing counts, too
    const size = Math.max(1, known.size);
    this.#entries.set(id, { known, size });
    this.#size += size;
    const path = pathOf(id);
    this.#idsOfPath.set(path, [id, ...(this.#idsOfPath.get(path) ?? [])].slice(0, MAX_CANDIDATES));
    this.#forgetOldest();
  }

  /** Makes room; the newest is kept, however long. */
  #forgetOldest(): void {
    for (const id of this.#entries.keys()) {
      if (this.#size <= MAX_SIZE || this.#entries.size === 1) return;
      this.#forget(id);
    }
  }

  #forget(id: string): void {
    this.#size -= this.#entries.get(id)?.size ?? 0;
    this.#entries.delete(id);
    const path = pathOf(id);
    const others = (this.#idsOfPath.get(path) ?? []).filter((other) => other !== id);
    if (others.length > 0) this.#idsOfPath.set(path, others);
    else this.#idsOfPath.delete(path);
  }
}
