import type { Playlist, SourceAhead } from '../contract/playlist.ts';
import { pathOf } from '../url-text.ts';
import type { KnownManifest } from './known-manifest.ts';
import type { MediaPlaylist } from './known-playlist.ts';
import { KnownPlaylist } from './known-playlist.ts';
import { withoutDirectives } from './media-playlist.ts';
import type { Rendition } from './rendition.ts';

/** The number of URLs that are known in their order, over all playlists; manifests count by what is held of them. */
const MAX_SIZE = 50_000;

/** A query may change with each reload: so many playlists of one path are looked at, the latest ones. */
const MAX_CANDIDATES = 20;

export type Known = KnownPlaylist | KnownManifest;

interface Entry {
  readonly known: Known;
  /** When it was learnt. */
  readonly size: number;
}

interface Continuation {
  readonly isContinued: (known: Known) => boolean;
  readonly next: (found: Known | undefined) => Known;
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
   * then it is the one of the same path that `isContinued` says so of.
   * @param next what is known from now on, given what was known of it before
   */
  learn(id: string, { isContinued, next }: Continuation): void {
    const before = this.#before(id, isContinued);
    const found = before === undefined ? undefined : this.#entries.get(before)?.known;
    this.#replace(before, id, next(found));
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
    for (const { known } of this.#entries.values()) if (known.predicts(key)) return true;
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

/** A rendition of which a reload has come, and its last name before that. */
export interface Reloaded {
  readonly rendition: Rendition;
  readonly before: string;
}

/** A playlist that goes into what is known of all playlists. */
export interface LearntPlaylist extends Playlist {
  /** @param key identity of the playlist; @param source makes keys of its URIs, and tells when that was */
  readonly learn: (
    key: string,
    known: KnownPlaylists,
    source: Pick<SourceAhead, 'identify' | 'now' | 'endpointNow'>,
  ) => readonly Reloaded[];
}

/**
 * Takes in a media playlist.
 * @param firstSegment its key: by that a reload is known whose query is another one
 */
export function learnMedia(known: KnownPlaylists, media: MediaPlaylist, firstSegment: string): readonly Reloaded[] {
  let reloaded: readonly Reloaded[] = [];
  known.learn(withoutDirectives(media.url), {
    isContinued: (it) => it.kind === 'media' && it.order.has(firstSegment),
    next(found) {
      const playlist = found?.kind === 'media' ? found : new KnownPlaylist();
      const before = playlist.order.last;
      playlist.learn(media);
      if (before) reloaded = [{ rendition: playlist, before }];
      return playlist;
    },
  });
  return reloaded;
}
