import type { SecureTokenError } from './secure-token-error.ts';
import type { TokenReason } from './token-source-options.ts';

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
