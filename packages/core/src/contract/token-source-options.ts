import { folderOf, isIn } from '../url-text.ts';
import type { Token } from './token.ts';

/**
 * The reason of a call, one for all of its URLs. A URL may join a call that was begun for another URL: then only the
 * reason `refused` replaces the reason of the call.
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

/**
 * The largest number of URLs in one call to the signing endpoint, which may refuse larger calls (`docs/protocol.md`).
 */
export const MAX_URLS_PER_CALL = 100;

export interface TokenRequest {
  /** Absolute, unsigned. */
  readonly urls: readonly string[];
  readonly reason: TokenReason;
  /**
   * The id of the session: 128 random bits in base64url. All calls of a token source have the same id, unless the
   * endpoint has ended that session and `renew()` begins another one. An endpoint can count sessions by this id
   * (`docs/sessions.md`).
   */
  readonly session: string;
  /**
   * Aborts when the call takes longer than `timeout`, when the source is destroyed, or when lifted denials make the
   * source repeat the call.
   */
  readonly signal: AbortSignal;
}

/** An answer of `getTokens` or of a signing endpoint, with all of its members. */
export interface TokensAnswer {
  readonly tokens: readonly Token[];
  /**
   * The time, in unix seconds, on the server that made the tokens. Without it the source uses the `Date` header of the
   * endpoint's response, if it can read that header; otherwise the viewer's clock has to be right.
   */
  readonly now?: number;
  /** The URLs that this viewer may not have. A denial is final until `renew()`. */
  readonly denied?: readonly string[];
}

/** A rule for the URLs that are signed: a prefix of the URLs, a pattern, or a function that picks URLs. */
export type Protect = string | RegExp | ((url: URL) => boolean);

export interface RetryOptions {
  limit?: number;
  backoffLimit?: number;
}

/** The statuses with which one edge or store refuses a token. */
export interface EdgeRefusals {
  /** The beginning of the URLs of that edge or store, such as `'https://storage.googleapis.com/'`. */
  prefix: string;
  statuses: readonly number[];
}

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
   * 0…1: the largest share of a token's lifetime by which the source renews the token even earlier. The source draws
   * the share anew for each token, so that an audience that joined in one second does not call again in one second.
   * With `adopt`, at most 15 seconds.
   * @default 0.3
   */
  jitter?: number;
  /**
   * The number of URLs of a playlist that the source signs along with the first URL, if a token opens one URL; 0
   * switches read-ahead off. Later calls sign more: up to half as many URLs as the player has requested in order, for
   * up to three quarters of the lifetime of the tokens. At the live edge, the source also signs names that the playlist
   * does not list yet, for the same time. @default 6
   */
  readAhead?: number;
  /**
   * The retries of a failed call: their number (`limit`), and the longest random pause before one in seconds
   * (`backoffLimit`). A `Retry-After` replaces the pause.
   * @default { limit: 4, backoffLimit: 30 }
   */
  retry?: RetryOptions;
  /** Seconds that one call may take. @default 10 */
  timeout?: number;
  /**
   * The statuses with which the edge refuses a token. If edges and stores differ, an entry with a `prefix` sets the
   * statuses of the URLs below that prefix; if several entries fit a URL, the first one counts. The bare statuses in
   * the list apply to all other URLs; without bare statuses, the default applies to them.
   * @default [401, 403, 410]
   */
  refusals?: readonly (number | EdgeRefusals)[];
  /**
   * The response header in which the edge renews tokens (Common Access Token, CTA-5007-B, `catr` by header). A token in
   * this header replaces the token of the request until the `exp` of the new token, and opens the same URLs. `true`
   * means `'CTA-Common-Access-Token'`. The edge has to list the header in `Access-Control-Expose-Headers`.
   * @default false
   */
  adopt?: boolean | string;
  /**
   * Writes one line for each decision to `console.debug`, without tokens: attach, wait, renew, replay, deny, pause.
   * @default whether `localStorage['secure-token:debug']` is '1'
   */
  debug?: boolean;
  /** Returns the unix time in ms. @default Date.now */
  clock?: () => number;
  /** @default the global fetch */
  fetch?: typeof fetch;
  /** Returns a number from 0 to 1. @default Math.random */
  random?: () => number;
}

/** The header of a Common Access Token in IANA's registry of field names. */
const CAT_HEADER = 'CTA-Common-Access-Token';

/** The statuses with which an edge refuses a token, unless the option `refusals` names others. */
export const DEFAULT_REFUSALS: readonly number[] = [401, 403, 410];

/** The options of a token source, with the defaults that `withDefaults` fills in. */
export interface Settings extends Omit<TokenSourceOptions, 'adopt'> {
  /** The response header in which the edge renews tokens; `undefined` if it does not renew any. */
  readonly adopt: string | undefined;
  readonly tokens: NonNullable<TokenSourceOptions['tokens']>;
  readonly jitter: number;
  readonly readAhead: number;
  readonly retry: Required<RetryOptions>;
  readonly timeout: number;
  readonly refusals: NonNullable<TokenSourceOptions['refusals']>;
  readonly clock: () => number;
  readonly random: () => number;
}

/**
 * Returns `options` with their defaults. Other files have the rest: the default of `renewBefore` depends on the
 * lifetime of each token (`renewal.ts`); the global `fetch` is read for each call, because a page may replace it
 * (`signing-endpoint.ts`); `protection.ts` has the default of `protect`, and `debug-log.ts` that of `debug`.
 */
export function withDefaults(options: TokenSourceOptions): Settings {
  const {
    tokens = [],
    jitter = 0.3,
    readAhead = 6,
    retry: { limit = 4, backoffLimit = 30 } = {},
    timeout = 10,
    refusals = DEFAULT_REFUSALS,
    adopt = false,
    clock = Date.now,
    random = Math.random,
  } = options;
  const header = adopt === true ? CAT_HEADER : adopt || undefined;
  return {
    ...options,
    adopt: header,
    tokens,
    jitter,
    readAhead,
    retry: { limit, backoffLimit },
    timeout,
    refusals,
    clock,
    random,
  };
}

/** Returns the statuses with which the edge of `url` refuses a token. @param url unsigned */
export function refusalStatuses(refusals: Settings['refusals'], url: string): readonly number[] {
  const bare: number[] = [];
  for (const each of refusals) {
    if (typeof each === 'number') bare.push(each);
    else if (isIn(folderOf(each.prefix), url)) return each.statuses;
  }
  // if all entries have a prefix, the default applies to all other URLs
  return bare.length || !refusals.length ? bare : DEFAULT_REFUSALS;
}
