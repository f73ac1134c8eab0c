import type { Settings, TokenReason } from './options.ts';

/** The names of one rendition in the order of playback. A key is an absolute URL without its token. */
export interface NameList {
  /** Tells the list from the others of its playlist, and stays the same when the playlist is reloaded. */
  readonly id: string;
  /** The duration of the media of one name, in seconds; 0 if it is unknown. */
  readonly seconds: number;
  /** Whether more names will follow. */
  readonly isLive: boolean;
  /** The number of names that are known at present. */
  readonly length: number;
  /** Returns the place of a name; -1 if it is none of the list. */
  placeOf(key: string): number;
  /** Returns the name at a place from 0 to `length - 1`. */
  at(place: number): string;
  /** Returns the last `count` names of media, without init segments and keys: what comes next follows from them. */
  last(count: number): readonly string[];
}

/** What a playlist needs to make keys of its URIs. */
export interface PlaylistContext {
  /** The URL of the playlist, without its token. */
  readonly url: string;
  /**
   * Resolves `uri` against `base`, and removes a token that a server may have written into it; empty if it is unusable.
   */
  readonly keyOf: (uri: string, base: string) => string;
  /** Returns unix seconds by the clock of the signing endpoint. */
  readonly now: () => number;
  /** Returns the list with this id of the last reload: an update may leave out what the player knows. */
  readonly before: (id: string) => NameList | undefined;
}

/** The argument of `learn`: `hls(text)`, `dash(text)` or `list(urls)`. It brings the read-ahead, which others lack. */
export interface Playlist {
  readonly lists: (context: PlaylistContext) => readonly NameList[];
  readonly createReadAhead: (source: SourceAhead) => ReadAhead;
}

/** What the read-ahead needs of a source. */
export interface SourceAhead {
  readonly settings: Pick<Settings, 'readAhead' | 'jitter' | 'random'>;
  /** `now` returns unix seconds by the endpoint's clock, `sessionNow` the seconds of the session, which never go back. */
  readonly clock: { now(): number; sessionNow(): number };
  readonly queue: {
    /** Whether names may be guessed: the endpoint has given tokens for the last ones. */
    readonly mayGuess: boolean;
    /** Asks for a token ahead of use. The failure of a guess, a name that may never exist, has no consequences. */
    ask(key: string, reason: TokenReason, isGuess?: boolean): void;
  };
  readonly keyOf: PlaylistContext['keyOf'];
  /** Returns the lifetime of the token at hand, in seconds; `undefined` if there is none, or it opens a folder. */
  readonly lifetimeOf: (key: string) => number | undefined;
  /** Renews the token of a playlist in the call that goes out for its names, unless it is new. */
  readonly renewPlaylist: (key: string) => void;
  /** Whether a token is at hand or under way, or no call would bring one. */
  readonly isCovered: (key: string) => boolean;
}

/** Signs the next names of playlists before a player requests them. */
export interface ReadAhead {
  /** @param key the key of the playlist */
  learn(key: string, playlist: Playlist): void;
  /** Notes a request. @param waits whether it waits for its token */
  requested(key: string, waits: boolean): void;
  stop(): void;
}
