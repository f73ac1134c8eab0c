import type { Playlist, SourceAhead } from '../contract/playlist.ts';
import { pathOf } from '../url-text.ts';
import type { KnownManifest } from './known-manifest.ts';
import type { MediaPlaylist } from './known-playlist.ts';
import { KnownPlaylist } from './known-playlist.ts';
import { withoutDirectives } from './media-playlist.ts';
import type { Rendition } from './rendition.ts';

/** The maximum number of URLs kept in order, over all playlists; a manifest counts with its `size`. */
const MAX_SIZE = 50_000;

/** The number of playlists of one path, latest first, that are compared with a reload whose query is a new one. */
const MAX_CANDIDATES = 20;

export type Known = KnownPlaylist | KnownManifest;

interface Entry {
  readonly known: Known;
  /** The size of `known` when it was learnt, at least 1. */
  readonly size: number;
}

interface Continuation {
  readonly isContinued: (known: Known) => boolean;
  readonly next: (found: Known | undefined) => Known;
}

/** The media playlists and manifests that the source has learnt; beyond `MAX_SIZE` the oldest are forgotten. */
export class KnownPlaylists {
  /** By identity, the newest last. */
  readonly #entries = new Map<string, Entry>();
  /** The latest identities of each path, the newest first. */
  readonly #idsOfPath = new Map<string, readonly string[]>();
  #size = 0;

  /**
   * Learns a playlist. The query of a playlist (a session, a number against caches), and with it the identity, may
   * change with each reload. The playlist then continues the one of the same path for which `isContinued` is true.
   * @param next returns what is known from now on, given what was known of the playlist before
   */
  learn(id: string, { isContinued, next }: Continuation): void {
    const before = this.#before(id, isContinued);
    const found = before === undefined ? undefined : this.#entries.get(before)?.known;
    this.#replace(before, id, next(found));
  }

  /** Returns the rendition that names `key`, from the newest playlist that has one. */
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

  /** Tells whether one of the playlists predicts `key`. */
  predicts(key: string): boolean {
    for (const { known } of this.#entries.values()) if (known.predicts(key)) return true;
    return false;
  }

  clear(): void {
    this.#entries.clear();
    this.#idsOfPath.clear();
    this.#size = 0;
  }

  /** Returns the identity under which the playlist `id` was learnt before; `undefined` if it is new. */
  #before(id: string, isContinued: (known: Known) => boolean): string | undefined {
    if (this.#entries.has(id)) return id;
    return this.#idsOfPath.get(pathOf(id))?.find((other) => isContinued(this.#entries.get(other)!.known));
  }

  #replace(before: string | undefined, id: string, known: Known): void {
    if (before !== undefined) this.#forget(before);
    // a playlist that names nothing counts, too
    const size = Math.max(1, known.size);
    this.#entries.set(id, { known, size });
    this.#size += size;
    const path = pathOf(id);
    this.#idsOfPath.set(path, [id, ...(this.#idsOfPath.get(path) ?? [])].slice(0, MAX_CANDIDATES));
    this.#forgetOldest();
  }

  /** Forgets the oldest playlists beyond `MAX_SIZE`, but never the newest, however long it is. */
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

/** A rendition that was reloaded, and its last name before the reload (for a manifest: the name requested last). */
export interface Reloaded {
  readonly rendition: Rendition;
  readonly before: string;
}

/** A playlist that adds itself to the known playlists. */
export interface LearntPlaylist extends Playlist {
  /** @param key the identity of the playlist; @param source makes keys of its URIs, and tells the time */
  readonly learn: (
    key: string,
    known: KnownPlaylists,
    source: Pick<SourceAhead, 'identify' | 'now' | 'endpointNow'>,
  ) => readonly Reloaded[];
}

/**
 * Adds a media playlist to `known`.
 * @param firstSegment the key of its first segment, by which a reload with another query is recognised
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
