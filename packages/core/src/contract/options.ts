import { fromEntries } from '../older-browsers.ts';
import type { Adopt } from './token-source.ts';
import type { Token, TokensAnswer } from './token.ts';

/**
 * The reason of a call, one for all of its URLs. `refused` goes before all other reasons.
 *
 * - `initial`: no token is at hand. There may have been one: the source forgets a token of one URL some time after the
 *   token has ended.
 * - `expiring`: the source renews the token at hand before its end, or because of `renew()`.
 * - `expired`: the source no longer sends the token at hand. The token has ended, or ends within two seconds (within a
 *   tenth of its lifetime, if the lifetime is below 20 s) and so could end on its way to the edge. Or the edge has
 *   refused another token of the same age.
 * - `refused`: the edge has refused the token.
 */
export type TokenReason = 'initial' | 'expiring' | 'expired' | 'refused';

/** The largest number of URLs in a call, which an endpoint may refuse to exceed (`docs/protocol.md`). */
export const MAX_URLS_PER_CALL = 100;

/** A call to the signing endpoint, or to `getTokens`. */
export interface TokenRequest {
  /** Absolute, unsigned; at most 100. */
  readonly urls: readonly string[];
  readonly reason: TokenReason;
  /**
   * The id of the session: 128 random bits in base64url. All calls of a token source have the same id, unless the
   * endpoint has ended that session and `renew()` begins another one. An endpoint can count sessions by this id
   * (`docs/sessions.md`).
   */
  readonly session: string;
  /** Aborts when the call takes longer than `timeout`, and when the source is destroyed. */
  readonly signal: AbortSignal;
}

/** A rule for the URLs that are signed: a prefix of the URLs, a pattern, or a function that picks URLs. */
export type Protect = string | RegExp | ((url: URL) => boolean);

export interface TokenSourceOptions {
  /** The signing endpoint: `POST {urls, reason, session}` → `{tokens, now, denied}`. */
  endpoint?: string | URL;
  /**
   * A function of the app that gets tokens, instead of `endpoint`. If it throws an error with the code `ERR_DENIED`, or
   * with a `status` of 401 or 403, the denial is final for these URLs. The source retries after an error without a
   * `status`, or with a `status` of 429 or from 500. Any other `status` fails the waiting requests without a retry.
   */
  getTokens?: (request: TokenRequest) => Promise<Token | readonly Token[] | TokensAnswer>;
  /** Headers, credentials and the like for the call to `endpoint`. The source calls a function before each call. */
  request?: RequestInit | (() => RequestInit | Promise<RequestInit>);
  /**
   * Tokens that are known beforehand (rendered into the page), which saves the round trip at start-up. The page vouches
   * for them: the source accepts them for any origin and, without `protect`, later tokens for the same origins too.
   */
  tokens?: readonly Token[];
  /**
   * The URLs that the source signs and accepts tokens for. If you use several CDNs, name them all here.
   * @default the origins of the sources that the player was given
   */
  protect?: Protect | readonly Protect[];
  /**
   * Seconds before its expiry at which the source renews a token.
   * @default a quarter of the lifetime, at most 60; with `adopt` at most 15
   */
  renewBefore?: number;
  /**
   * 0…1: the source renews each token earlier by a random share of its lifetime, at most this one, so that an audience
   * that joined in one second does not call again in one second. With `adopt`, at most 15 seconds.
   * @default 0.3
   */
  jitter?: number;
  /**
   * The number of URLs of a playlist that the source signs along with the first URL, if a token opens one URL; 0
   * switches read-ahead off. Later calls sign more: up to 0.6 times as many URLs as the player has requested in order,
   * for up to three quarters of the lifetime of the tokens. At the live edge, the source also signs names that the
   * playlist does not list yet, for the same time. @default 6
   */
  readAhead?: number;
  /**
   * The retries of a failed call for each request: their number (`limit`), and the longest pause before one in seconds
   * (`backoffLimit`; at most 10 while a request waits). A `Retry-After` replaces the pause.
   * @default { limit: 4, backoffLimit: 30 }
   */
  retry?: { limit?: number; backoffLimit?: number };
  /** Seconds that one call may take. @default 10 */
  timeout?: number;
  /** The statuses with which the edge refuses a token. @default [401, 403, 410] */
  refusals?: readonly number[];
  /** `adoptTokens` of `secure-token-core/adopt`: the source takes over the tokens with which the edge renews tokens. */
  adopt?: Adopt;
  /**
   * Writes one line for each decision to `console.debug`, without tokens. Only in development builds. @default false
   */
  debug?: boolean;
  /** Returns the unix time in ms. @default Date.now */
  clock?: () => number;
  /** @default the global fetch */
  fetch?: typeof fetch;
  /** Returns a number from 0 to 1. @default Math.random */
  random?: () => number;
}

/** The options with their defaults. The default of `renewBefore` depends on the token (`held-token.ts`). */
export interface Settings extends TokenSourceOptions {
  readonly tokens: readonly Token[];
  readonly jitter: number;
  readonly readAhead: number;
  readonly limit: number;
  readonly backoffLimit: number;
  readonly timeout: number;
  readonly refusals: readonly number[];
  readonly clock: () => number;
  readonly random: () => number;
}

export const DEFAULT_REFUSALS: readonly number[] = [401, 403, 410];

export const withDefaults = ({ retry = {}, ...options }: TokenSourceOptions): Settings => ({
  tokens: [],
  jitter: 0.3,
  readAhead: 6,
  limit: retry.limit ?? 4,
  backoffLimit: retry.backoffLimit ?? 30,
  timeout: 10,
  refusals: DEFAULT_REFUSALS,
  clock: Date.now,
  random: Math.random,
  ...(fromEntries(
    Object.entries<unknown>({ ...options }).filter(([, value]) => value !== undefined),
  ) as TokenSourceOptions),
});
