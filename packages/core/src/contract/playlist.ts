/** The token that the source holds for a URL. */
interface TokenAtHand {
  /** The scope of the token: one URL, one path with any query, or a folder. */
  readonly opens: 'url' | 'path' | 'folder';
  /** Seconds from the call for the token to the end of the token. */
  readonly lifetime: number;
  /** Seconds until the token ends; negative once it has ended. */
  readonly rest: number;
}

/** The part of a token source that its read-ahead uses. Keys are URLs without a token. */
export interface SourceAhead {
  /** The option `readAhead`: the size of the first batch of listed URLs; 0 also switches prediction off. */
  readonly size: number;
  /** 0…1: the share of a token's lifetime over which the calls of an audience are spread. */
  readonly jitter: number;
  readonly random: () => number;
  /** Returns seconds on the clock of the session, for durations: no answer of the endpoint changes this clock. */
  readonly now: () => number;
  /** Returns unix seconds on the endpoint's clock, which each answer of the endpoint may correct. */
  readonly endpointNow: () => number;
  /** Returns the key of an absolute URL: the URL without the token that a server may have written into it. */
  readonly identify: (href: string) => string;
  readonly tokenOf: (key: string) => TokenAtHand | undefined;
  /** Whether a request for the URL would not wait for a token. True for an empty key: such a URL cannot be signed. */
  readonly isReady: (key: string) => boolean;
  readonly isDenied: (key: string) => boolean;
  readonly isUnderWay: (key: string) => boolean;
  /** Asks for the token of a URL; resolves to whether the endpoint has answered, but without that token. */
  readonly sign: (key: string) => Promise<boolean>;
  /** Asks for the token of a URL that may never exist; resolves as `sign` does. */
  readonly predict: (key: string) => Promise<boolean>;
  /** Asks for the successor of the token at hand. */
  readonly renew: (key: string) => void;
  /** Reports a call for names that no playlist lists yet. @param last the name that is furthest ahead */
  readonly notePredicted: (last: string, count: number) => void;
}

/** Signs the next URLs of playlists before a player asks for them. */
export interface ReadAhead {
  learn(key: string, playlist: Playlist): void;
  /** Notes that the source has attached a token for `key`. */
  attached(key: string): void;
  /** Notes that a request waits for the token of `key`. */
  askedFor(key: string): void;
  /** Whether `key` is a predicted name, which no playlist lists yet. */
  isPredicted(key: string): boolean;
  /** Returns, for each playlist that is due to be signed further ahead, the seconds for which its tokens suffice. */
  restsOfDue(): number[];
  /** Ends read-ahead, because no player is left. */
  rest(): void;
  stop(): void;
}

/**
 * The argument of `learn` of a token source: `hls(text)`, `dash(text)` or `list(urls)` of
 * `secure-token-core/playlists`. The first playlist brings the read-ahead along, so an app without playlists does not
 * contain the read-ahead.
 */
export interface Playlist {
  /** Creates the read-ahead of a source. The source calls this once, for all of its players. */
  readonly createReadAhead: (source: SourceAhead) => ReadAhead;
}

/** Whether `it` is a playlist that this copy of the package, or another copy in the page, has read. */
export const isPlaylist = (it: unknown): it is Playlist =>
  typeof (it as Partial<Playlist> | undefined | null)?.createReadAhead === 'function';

/** The read-ahead of a token source; `undefined` until the source learns a playlist. */
export interface PlaylistGuest {
  readAhead: ReadAhead | undefined;
}
