import type { Playlist } from './playlist.ts';
import type { SecureTokenError } from './secure-token-error.ts';
import type { TokenReason } from './token-source-options.ts';
import type { Token } from './token.ts';

/** A request as it goes to the edge. */
export interface SignedRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Send with credentials: the token is a cookie. */
  readonly credentials: boolean;
  /** The identity of the request everywhere else. */
  readonly unsignedUrl: string;
  /** @deprecated the same as `unsignedUrl` */
  readonly source: string;
  /** Absent when the URL is not protected. */
  readonly token?: Token;
}

/** The request for a URL that needs no token, or whose token somebody else attaches. */
export const untouchedRequest = (url: string): SignedRequest => ({
  url,
  headers: {},
  credentials: false,
  unsignedUrl: url,
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- apps may read it
  source: url,
});

export interface SignOptions {
  /** Detaches this caller; others that wait for the same token go on. */
  signal?: AbortSignal | undefined;
}

/** The tokens with which an edge renews those that it was sent (`adopt`). */
export interface Adoption {
  /** The response header that they come in. */
  readonly header: string;
  /**
   * The edge has answered `request` with another token, which opens the same.
   * @param expires unix seconds; `undefined` if `value` is no token: the app is told once
   */
  take(request: SignedRequest, value: string, expires: number | undefined): void;
}

/** Decides when tokens are fetched, renewed and replaced, for one or many players. */
export interface TokenSource extends EventTarget {
  /** Now or never: the signed request if a token is at hand or the URL needs none. */
  signNow(url: string): SignedRequest | undefined;
  /**
   * The signed request, waiting for a token if it must.
   * @throws `ERR_DENIED`, `ERR_SIGNING_UNAVAILABLE`, `ERR_SIGNING_RESPONSE`, `ERR_DESTROYED`, or the signal's reason
   */
  sign(url: string, options?: SignOptions): Promise<SignedRequest>;
  /**
   * The edge refused `request` with `status` (0: a failure without a status). Resolves to the request signed by a
   * different token, to be sent once, or to `undefined`: show the player the refusal.
   * @throws as `sign`
   */
  refused(request: SignedRequest, status: number, options?: SignOptions): Promise<SignedRequest | undefined>;
  /**
   * Whether an edge that answers `request` with `status` refuses its token (0: a failure without a status, which is a
   * refusal if the token was at its end). The one place that knows: if it is one, and `refused` resolved to
   * `undefined`, then the request is refused for good.
   */
  isRefusal(request: SignedRequest, status: number): boolean;
  /**
   * For adapters, which call `refusalOf`: the error of a request that is refused for good. In a
   * development build its message says why, as far as that can be known.
   */
  explainRefusal(request: SignedRequest, status: number): SecureTokenError;
  /** For adapters, which call `adoptToken`; `undefined` without the option `adopt`. */
  readonly adoption: Adoption | undefined;
  /** The URL without the token that was attached. */
  unsign(url: string): string;
  protects(url: string): boolean;
  /**
   * For adapters: a player uses this source from now on. Nothing is renewed or signed ahead any more once all that have
   * joined have left.
   * @returns to be called when the player leaves
   */
  join(): () => void;
  /** For adapters: the player was given this source; its origin is protected unless `protect` says otherwise. */
  allow(url: string): void;
  /**
   * A playlist arrived: what it names next is signed ahead (`readAhead`), where a token opens one URL.
   * @param playlist `hls(text)`, `dash(text)` or `list(urls)` of `secure-token-core/playlists`
   * @throws `ERR_OPTIONS` if it is none of these
   */
  learn(playlistUrl: string, playlist: Playlist): void;
  /**
   * The id that goes to the signing endpoint with every call: 128 random bits in base64url. It is another one after
   * `renew()` if the endpoint had ended that session.
   */
  readonly session: string;
  /** Renews everything in use now and lifts denials. @throws as `sign` */
  renew(): Promise<void>;
  /** For adapters: the viewer may be another one. Lifts denials; the next request asks the signing endpoint. */
  liftDenials(): void;
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

/** Whether `it` is a token source: of this realm, an iframe, or another copy of this package. */
export const isTokenSource = (it: unknown): it is TokenSource => !!(it as Partial<TokenSource> | undefined)?.signNow;

/** The `detail` of each event. URLs are unsigned; no event carries a token. */
export interface TokenEventDetails {
  /**
   * New tokens are at hand for `urls`; the first of them ends at `expires` (unix seconds); the call took `wait`
   * seconds. `adopted` came from the edge, in its answer to a request (`adopt`).
   */
  tokenrenewed: {
    readonly reason: TokenReason | 'adopted';
    readonly urls: readonly string[];
    readonly expires: number;
    readonly wait: number;
  };
  /** The edge refused a request (`status` 0: without CORS headers). The player has seen nothing yet. */
  tokenrefused: { readonly url: string; readonly status: number };
  /** A call to the signing endpoint failed, or a renewed token was refused again. Playback may still be fine. */
  tokenerror: { readonly error: SecureTokenError };
  /** The signing endpoint denies this viewer or URL: final until `renew()`; in a service worker for 30 s. */
  tokendenied: { readonly error: SecureTokenError };
}

export type TokenEventType = keyof TokenEventDetails;

/** All of them. */
export const TOKEN_EVENTS: readonly TokenEventType[] = ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied'];

/**
 * Dispatched by a token source for requests and players that wait for it, and for nobody else: `renew()` was called.
 */
export const SOURCE_RENEWS = 'secure-token-core:renews';
/** Dispatched as `SOURCE_RENEWS` is: `destroy()` was called. */
export const SOURCE_DESTROYED = 'secure-token-core:destroyed';

/** The details stand on the event itself as well. */
export type TokenEvent<T extends TokenEventType = TokenEventType> = CustomEvent<TokenEventDetails[T]> &
  TokenEventDetails[T];

/** Tells the app of an event. */
export type EmitTokenEvent = <T extends TokenEventType>(type: T, detail: TokenEventDetails[T]) => void;
