import { KnownPlaylist } from './known-playlist.ts';
import { pathOf } from './url-text.ts';

/** How many URLs are known in their order, in all playlists. */
const MAX_URLS = 50_000;

/** The media playlists that were learnt, as far as there is room for them. */
export class KnownPlaylists {
  /** The newest last. */
  readonly #playlists = new Map<string, KnownPlaylist>();

  /**
   * The playlist of this identity, as the newest. A query may change with each reload (a session, a number against
   * caches): then it is the one of the same path that has the first segment.
   */
  take(id: string, firstSegment: string): KnownPlaylist {
    const isContinued = ([other, { order }]: [string, KnownPlaylist]): boolean =>
      pathOf(other) === pathOf(id) && order.has(firstSegment);
    const known = this.#playlists.has(id) ? id : ([...this.#playlists].reverse().find(isContinued)?.[0] ?? id);
    const playlist = this.#playlists.get(known) ?? new KnownPlaylist();
    this.#playlists.delete(known);
    this.#playlists.set(id, playlist);
    return playlist;
  }

  /** The newest that names `key`. */
  naming(key: string): KnownPlaylist | undefined {
    return [...this.#playlists.values()].reverse().find(({ order }) => order.has(key));
  }

  beingPlayed(now: number): KnownPlaylist[] {
    return [...this.#playlists.values()].filter((playlist) => playlist.isBeingPlayed(now));
  }

  /** Whether one of them predicts `key`. */
  predicts(key: string): boolean {
    return [...this.#playlists.values()].some(({ prediction }) => prediction.has(key));
  }

  /** Makes room; the newest playlist is kept, however long. */
  forgetOldest(): void {
    let urls = 0;
    for (const [index, [id, { order }]] of [...this.#playlists].reverse().entries()) {
      // one that names nothing counts, too
      urls += Math.max(1, order.size);
      if (urls > MAX_URLS && index > 0) this.#playlists.delete(id);
    }
  }

  clear(): void {
    this.#playlists.clear();
  }
}
