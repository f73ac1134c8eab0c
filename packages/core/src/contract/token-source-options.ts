import { folderOf, isIn } from '../url-text.ts';
import type { Token } from './token.ts';

/**
 * Why a call is made; one for all of its URLs. A URL may join a call that was begun for another one: only `refused`
 * replaces the reason it had.
 *
 * - `initial`: no token is at hand. There may have been one: that of a single URL is forgotten some time after its end.
 * - `expiring`: the token at hand is renewed ahead of its end, or by `renew()`.
 * - `expired`: the token at hand is no longer sent. It has ended, or will within two seconds (of a lifetime below 20 s,
 *   within a tenth of it) and could do so on its way to the edge; or the edge has refused another token of its age.
 * - `refused`: the edge has refused the token.
 */
export type TokenReason = 'initial' | 'expiring' | 'expired' | 'refused';

/**
 * URLs that one call to the signing endpoint holds at most: an endpoint may refuse longer ones (`docs/protocol.md`).
 */
export const MAX_URLS_PER_CALL = 100;

export interface TokenRequest {
  /** Absolute, unsigned. */
  readonly urls: readonly string[];
  readonly reason: TokenReason;
  /**
   * 128 random bits in base64url: the same for all calls of a token source, unless the endpoint has ended that session
   * and `renew()` begins another one. An endpoint counts by it how many play (`docs/sessions.md`).
   */
  readonly session: string;
  /** Aborts when the call takes longer than `timeout` or the source is destroyed. */
  readonly signal: AbortSignal;
}

/** All that an answer can hold, from `getTokens` as from a signing endpoint. */
export interface TokensAnswer {
  readonly tokens: readonly Token[];
  /** The clock of whoever made the tokens, in unix seconds: without it the viewer's clock has to be right. */
  readonly now?: number;
  /** URLs that this viewer may not have: final until `renew()`. */
  readonly denied?: readonly string[];
}

/** Which URLs are signed: those below a prefix, those that match, or those a function picks. */
export type Protect = string | RegExp | ((url: URL) => boolean);

export interface RetryOptions {
  limit?: number;
  backoffLimit?: number;
}

/** The statuses with which one edge or store refuses a token. */
export interface EdgeRefusals {
  /** Begins the URLs of that edge, such as `'https://storage.googleapis.com/'`. */
  prefix: string;
  statuses: readonly number[];
}

export interface TokenSourceOptions {
  /** The signing endpoint: `POST {urls, reason, session}` → `{tokens, now, denied}`. */
  endpoint?: string | URL;
  /**
   * Instead of `endpoint`: the team's own way to get tokens. An error with the code `ERR_DENIED` or a `status` of 401
   * or 403 is final for these URLs; any other is retried.
   */
  getTokens?: (request: TokenRequest) => Promise<Token | readonly Token[] | TokensAnswer>;
  /** Headers, credentials and the like for the call to `endpoint`; a function is asked before each call. */
  request?: RequestInit | (() => RequestInit | Promise<RequestInit>);
  /**
   * Known beforehand (rendered into the page): no round trip at start-up. The page answers for these: they are taken
   * for whatever origin they name, and later tokens for the same origins are, too.
   */
  tokens?: readonly Token[];
  /**
   * Which URLs are signed, and for which URLs tokens are taken: where several CDNs are used, name them here.
   * @default the origins of the sources the player was given
   */
  protect?: Protect | readonly Protect[];
  /** Seconds before expiry. @default a quarter of the lifetime, at most 60; with `adopt` at most 15 */
  renewBefore?: number;
  /**
   * 0…1: the share of a token's lifetime by which it is renewed even earlier, drawn anew for each token, so that an
   * audience that joined in one second does not come back in one second. With `adopt`, at most 15 seconds.
   * @default 0.3
   */
  jitter?: number;
  /**
   * URLs that are signed ahead with the first one of a playlist, when tokens are per URL; 0 switches it off. Later
   * calls sign more: up to half of what was requested in order, for up to three quarters of the lifetime of the tokens.
   * At the live edge names that are not in the playlist yet are signed ahead too, for as long. @default 6
   */
  readAhead?: number;
  /**
   * Retries of a failed call, with full-jitter back-off of at most `backoffLimit` seconds; `Retry-After` wins.
   * @default { limit: 4, backoffLimit: 30 }
   */
  retry?: RetryOptions;
  /** Seconds for one call. @default 10 */
  timeout?: number;
  /**
   * The statuses with which the edge refuses a token. Where edges and stores differ, one with a `prefix` has its own;
   * of several that fit, the first one counts. URLs of no prefix have the bare statuses beside them, or else the
   * default.
   * @default [401, 403, 410]
   */
  refusals?: readonly (number | EdgeRefusals)[];
  /**
   * The edge renews tokens in its answers (Common Access Token, CTA-5007-B, `catr` by header): a token in this response
   * header replaces the one that the request went out with, until its own `exp`. It opens what the replaced one opened.
   * `true` is `'CTA-Common-Access-Token'`. The edge has to list the header in `Access-Control-Expose-Headers`.
   * @default false
   */
  adopt?: boolean | string;
  /**
   * Writes one line for each decision to `console.debug`, without tokens: attach, wait, renew, replay, deny, pause.
   * @default whether `localStorage['secure-token:debug']` is '1'
   */
  debug?: boolean;
  /** Unix time in ms. @default Date.now */
  clock?: () => number;
  /** @default the global fetch */
  fetch?: typeof fetch;
  /** 0…1. @default Math.random */
  random?: () => number;
}

/** The header of a Common Access Token in IANA's registry of field names. */
const CAT_HEADER = 'CTA-Common-Access-Token';

/** The statuses of a refusal, unless the team names others. */
export const DEFAULT_REFUSALS: readonly number[] = [401, 403, 410];

/** The options of a token source with everything that has a default. */
export interface Settings extends Omit<TokenSourceOptions, 'adopt'> {
  /** The response header in which an edge renews tokens; `undefined` if it does not. */
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
 * The defaults of the options. Two are not here: `renewBefore` depends on the token's life (`renewal.ts`),
 * and `fetch` is looked up for each call, for a page may replace it.
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

/** The statuses with which the edge of `url` refuses a token. @param url unsigned */
export function refusalStatuses(refusals: Settings['refusals'], url: string): readonly number[] {
  const bare: number[] = [];
  for (const each of refusals) {
    if (typeof each === 'number') bare.push(each);
    else if (isIn(folderOf(each.prefix), url)) return each.statuses;
  }
  // with edges alone, all others are as they are without the option
  return bare.length || !refusals.length ? bare : DEFAULT_REFUSALS;
}
