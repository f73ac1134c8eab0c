/** The token that a request for a URL would go out with. */
interface TokenAtHand {
  /** The scope of the token: one URL, one path with any query, or a folder. */
  readonly opens: 'url' | 'path' | 'folder';
  /** From its call to its end, in seconds. */
  readonly lifetime: number;
  /** Seconds until it ends; negative once it has. */
  readonly rest: number;
}

/** A token source as its read-ahead sees it. Keys are URLs without a token. */
export interface SourceAhead {
  /** The option `readAhead`: URLs to sign ahead where their playlist names them; 0 also switches prediction off. */
  readonly size: number;
  /** 0…1: the share of the lifetime over which an audience is spread. */
  readonly jitter: number;
  readonly random: () => number;
  /** Seconds, for whatever is measured by how long ago it was: no answer of the endpoint sets this clock. */
  readonly now: () => number;
  /** Unix seconds on the endpoint's clock, which each of its answers may set. */
  readonly endpointNow: () => number;
  /** The key of an absolute URL: without what a server wrote into it. */
  readonly identify: (href: string) => string;
  readonly tokenOf: (key: string) => TokenAtHand | undefined;
  /** Whether a request for it would not wait. So it is with what cannot be asked for, whose key is empty. */
  readonly isReady: (key: string) => boolean;
  readonly isDenied: (key: string) => boolean;
  readonly isUnderWay: (key: string) => boolean;
  /** Asks for its token; resolves to whether the endpoint has answered, but without one. */
  readonly sign: (key: string) => Promise<boolean>;
  /** Asks for the token of a URL that may never exist; resolves as `sign` does. */
  readonly predict: (key: string) => Promise<boolean>;
  /** Asks for the successor of the token that is at hand. */
  readonly renew: (key: string) => void;
  /** Names that no playlist has brought yet are asked for. @param last the one that is furthest ahead */
  readonly notePredicted: (last: string, count: number) => void;
}

/** Signs the next URLs of playlists before a player asks for them. */
export interface ReadAhead {
  learn(key: string, playlist: Playlist): void;
  /** A token for `key` was attached. */
  attached(key: string): void;
  /** `key` is asked for, by a request that waits. */
  askedFor(key: string): void;
  /** Whether `key` stands in no playlist yet. */
  isPredicted(key: string): boolean;
  /** Seconds that are at hand of playlists that are due for more, each. */
  restsOfDue(): number[];
  /** Ends read-ahead, because no player is left. */
  rest(): void;
  stop(): void;
}

/**
 * A playlist as `learn` of a token source takes it: `hls(text)`, `dash(text)` or `list(urls)` of
 * `secure-token-core/playlists`. The first one brings along what reads ahead; a source without playlists carries none.
 */
export interface Playlist {
  /** Made once for a source, whoever its players are. */
  readonly createReadAhead: (source: SourceAhead) => ReadAhead;
}

/** Whether `it` is a playlist that this copy of the package, or another one in the page, has read. */
export const isPlaylist = (it: unknown): it is Playlist =>
  typeof (it as Partial<Playlist> | undefined | null)?.createReadAhead === 'function';

/** The read-ahead of a token source: there is none before the source has learnt a playlist. */
export interface PlaylistGuest {
  readAhead: ReadAhead | undefined;
}
