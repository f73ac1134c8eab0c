import type { SecureTokenError } from './errors.ts';
import type { TokenReason } from './options.ts';
import type { Playlist } from './playlist.ts';
import type { Token } from './token.ts';

/** A request as a player sends it to the edge. */
export interface SignedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether to send the request with credentials, because the token is a cookie. */
  readonly credentials: boolean;
  /** The unsigned URL, which identifies the request everywhere else. */
  readonly unsignedUrl: string;
  /** The attached token; absent if the URL is not protected. */
  readonly token?: Token;
}

/** Creates the request for a URL that needs no token, or whose token other code attaches. */
export const untouchedRequest = (url: string): SignedRequest => ({
  url,
  headers: {},
  credentials: false,
  unsignedUrl: url,
});

export interface SignOptions {
  /** Ends the wait of this caller; other callers that wait for the same token go on. */
  signal?: AbortSignal | undefined;
  /** Whether to wait through an outage of the signing endpoint, however long it lasts. @default false */
  patient?: boolean | undefined;
}

/** The answer of an edge, as `fetch` or an `XMLHttpRequest` gives it. */
export interface EdgeAnswer {
  readonly url?: string;
  readonly responseURL?: string;
  /** The headers of a `Response`; any other object is ignored. */
  readonly headers?: object;
  getAllResponseHeaders?(): string;
  getResponseHeader?(name: string): string | null;
}

/**
 * Takes over the token with which the edge renews the token of `request` in its answer, if there is one.
 * @param source the parts of the token source
 */
export type Adopt = (request: SignedRequest, answer: EdgeAnswer, source: object) => void;

/** Decides when tokens are fetched, renewed and replaced, for one or many players. */
export interface TokenSource extends EventTarget {
  /** Returns the signed request at once if a token is at hand or the URL needs none; otherwise `undefined`. */
  signNow(url: string): SignedRequest | undefined;
  /**
   * Resolves to the signed request. Waits for a token if none is at hand.
   * @throws `ERR_DENIED`, `ERR_SIGNING_UNAVAILABLE`, `ERR_SIGNING_RESPONSE`, `ERR_DESTROYED`, or the signal's reason
   */
  sign(url: string, options?: SignOptions): Promise<SignedRequest>;
  /**
   * Reports that the edge refused `request` with `status` (0: a failure without a status). Resolves to the request
   * signed with another token, which the caller sends once. Or resolves to `undefined`: then the caller shows the
   * player the refusal.
   * @throws as `sign`
   */
  refused(request: SignedRequest, status: number, options?: SignOptions): Promise<SignedRequest | undefined>;
  /**
   * Whether an edge that answers `request` with `status` refuses its token (0: a failure without a status, which is a
   * refusal if the token was at its end). Only this method decides that.
   */
  isRefusal(request: SignedRequest, status: number): boolean;
  /** Returns `url` without the token that was attached to it. */
  unsign(url: string): string;
  protects(url: string): boolean;
  /**
   * Learns a playlist that has arrived, and signs its next URLs ahead (`readAhead`) if a token opens one URL.
   * @param playlist `hls(text)`, `dash(text)` or `list(urls)` of `secure-token-core/playlists`
   * @throws `ERR_OPTIONS` if it is none of these
   */
  learn(playlistUrl: string, playlist: Playlist): void;
  /**
   * The id of the session, which every call sends to the signing endpoint: 128 random bits in base64url. If the
   * endpoint has ended the session, `renew()` replaces the id.
   */
  readonly session: string;
  /** Renews all tokens in use now and lifts denials. @throws as `sign` */
  renew(): Promise<void>;
  /** Stops calls and timers; requests that wait fail with `ERR_DESTROYED`. */
  destroy(): void;
  [Symbol.dispose](): void;
  addEventListener<T extends TokenEventType>(
    type: T,
    listener: ((event: TokenEvent<T>) => void) | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** A token source as the adapters of this repository use it. Each source has these members, in any copy of the core. */
export interface AdapterSource extends TokenSource {
  /**
   * Registers a player. The source stops renewing and signing ahead once all registered players have left.
   * @returns a function to call when the player leaves
   */
  join(): () => void;
  /** Notes that a player was given `url` as its media source: its origin is protected, unless `protect` is given. */
  allow(url: string): void;
  /** Lifts denials, because the viewer may have changed: the next request calls the signing endpoint. */
  liftDenials(): void;
  /** Notes the answer of the edge to `request`, which may bring another token. @param isGood whether it is no failure */
  noteAnswer(request: SignedRequest, answer: EdgeAnswer, isGood: boolean): void;
  /** Returns the error of a request that is refused for good. In a development build its message gives the cause. */
  explainRefusal(request: SignedRequest, status: number): SecureTokenError;
}

/** Whether `it` is a token source: of this realm, an iframe, or another copy of this package. */
export const isTokenSource = (it: unknown): it is TokenSource =>
  typeof (it as Partial<TokenSource> | undefined)?.signNow === 'function';

/** The `detail` of each event. URLs are unsigned; no event carries a token. */
export interface TokenEventDetails {
  /**
   * New tokens are at hand for `urls`. The first token to end does so at `expires` (unix seconds). The call took `wait`
   * seconds. The reason `adopted` means that the edge sent the token in its answer to a request (option `adopt`).
   */
  tokenrenewed: {
    readonly reason: TokenReason | 'adopted';
    readonly urls: readonly string[];
    readonly expires: number;
    readonly wait: number;
  };
  /** The edge refused a request (`status` 0: without CORS headers). The player does not know it yet. */
  tokenrefused: { readonly url: string; readonly status: number };
  /** A call to the signing endpoint failed, or the edge refused a renewed token too. Playback may still be fine. */
  tokenerror: { readonly error: SecureTokenError };
  /** The signing endpoint denies this viewer or URL: final until `renew()`. */
  tokendenied: { readonly error: SecureTokenError };
}

export type TokenEventType = keyof TokenEventDetails;

export const TOKEN_EVENTS: readonly TokenEventType[] = ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied'];

/** The types of the events of `renew()` and `destroy()`. Internal: for adapters whose requests wait. */
export const SOURCE_RENEWS = 'secure-token-core:renews';
export const SOURCE_DESTROYED = 'secure-token-core:destroyed';

/** An event of a token source. The members of its `detail` are members of the event itself as well. */
export type TokenEvent<T extends TokenEventType = TokenEventType> = CustomEvent<TokenEventDetails[T]> &
  TokenEventDetails[T];

/** Dispatches an event to the app. */
export type Emit = <T extends TokenEventType>(type: T, detail: TokenEventDetails[T]) => void;
