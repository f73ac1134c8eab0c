import type { Playlist } from '../contract/playlist.ts';
import type { KnownPlaylists } from './known-playlists.ts';
import type { Rendition } from './rendition.ts';

/** The means to turn a URI of a playlist into a key, and to tell when that was. */
interface Naming {
  /** The key of an absolute URL: without what a server wrote into it. */
  readonly identify: (href: string) => string;
  /** Seconds, for what is measured by how long ago it was. */
  readonly now: () => number;
  /** Unix seconds: which segments a manifest of a live stream has by now. */
  readonly endpointNow: () => number;
}

/** A rendition of which a reload has come, and its last name before that. */
export interface Reloaded {
  readonly rendition: Rendition;
  readonly before: string;
}

/** A playlist that goes into what is known of all playlists. */
export interface LearntPlaylist extends Playlist {
  /** @param key identity of the playlist */
  readonly learn: (key: string, known: KnownPlaylists, naming: Naming) => readonly Reloaded[];
}
