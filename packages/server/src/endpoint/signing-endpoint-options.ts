import { optionsError } from '../errors/options-error.ts';
import type { CorsOptions } from '../http/cors.ts';
import type { ExpandOptions } from '../playlist/playlist-expander.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { FormatSource } from '../token/token-format.ts';
import type { Scope } from '../url/scope.ts';
import type { Grant } from './grant.ts';
import type { RateLimitOptions } from './rate-limit.ts';

export interface SigningEndpointOptions {
  /**
   * The format. A function is called for every call: if it returns the format with a new secret, the next token has it.
   */
  format: FormatSource;
  /**
   * The entitlement hook. `urls` are those below `allow`, each in its canonical spelling, so that comparing text is
   * enough: what servers could read in two ways is not signed. `scopes[i]` is what the token for `urls[i]` would open,
   * which for many formats is a whole folder. Scopes are frozen. The body of `request` has been read. What a server
   * makes of a path behind the name of a file (`/film.mp4/x`), and that S3 takes a `+` for a space, is not in the text:
   * return such URLs in `denied`, which covers both.
   *
   * If the hook throws, the endpoint answers 503, which players retry: an outage of the entitlement service never looks
   * like a denial. If it returns nothing, the viewer is denied, and `onError` gets an error that says so.
   */
  authorize: (request: Request, urls: readonly string[], scopes: readonly Scope[]) => Grant | Promise<Grant>;
  /** The absolute URL prefixes that may be signed at all. Other URLs come back as denied. */
  allow: string | readonly string[];
  /** Lifetime of a token in seconds. */
  ttl: number;
  /**
   * Whether the response to a call for a playlist has tokens for its children, too: media playlists, init segments,
   * keys and the segments that a player starts with, in one round trip. The endpoint reads the playlists from the edge
   * with a token that it makes for itself. Formats that sign a prefix open the children anyway, so nothing is read for
   * them.
   * @default false
   */
  expand?: boolean | ExpandOptions;
  /** @default 100 */
  maxUrls?: number;
  /** @default none: only pages of the endpoint's own origin */
  cors?: CorsOptions;
  /**
   * Limits the calls of each viewer: a call over the limit gets a 429 with `Retry-After`. If the limiter or the key
   * fails, the endpoint answers 503.
   * @default none
   */
  rateLimit?: RateLimitOptions;
  /**
   * The sessions of viewers, made by `createSessions` of `secure-token-server/sessions`. A session beyond the limit and
   * one that was ended get a 403, each with another `type`. If the store fails, the endpoint answers 503. Each call for
   * which tokens are made counts once.
   * @default none
   */
  sessions?: Sessions;
  /**
   * Called with the errors of `authorize`, of a format function, of the format, of `sessions`, and of the key or the
   * limiter of `rateLimit`, for your log.
   * @default console.error
   */
  onError?: (error: unknown) => void;
  /** Unix milliseconds. @default Date.now */
  clock?: () => number;
}

/** The number of URLs that a call may contain: as many as players send (`MAX_URLS_PER_CALL` of core). */
export const DEFAULT_MAX_URLS = 100;

/**
 * Checks the option `ttl`.
 *
 * @param maxTtl the longest lifetime of the format, if it is known already
 * @throws `ERR_OPTIONS`
 */
export function checkTtl(ttl: unknown, maxTtl?: number): void {
  if (!(typeof ttl === 'number' && ttl >= 1 && ttl <= (maxTtl ?? Infinity))) {
    const most = maxTtl === undefined ? '' : ` and at most ${maxTtl}, the maxTtl of the format`;
    throw optionsError('ttl', `Give seconds, at least 1${most}.`, ttl);
  }
}

/** More seconds than this are rarely meant: a film, with its pauses, is over by then. */
const LONG_TTL = 12 * 3600;
/** The `maxTtl` that formats have by default. */
const DEFAULT_MAX_TTL = 86_400;

/** Returns what to tell the log about a `ttl` that looks like milliseconds; `undefined` if somebody has set `maxTtl`. */
export function longTtl({ ttl, format }: Pick<SigningEndpointOptions, 'ttl' | 'format'>): Error | undefined {
  const { maxTtl = DEFAULT_MAX_TTL } = typeof format === 'function' ? {} : format;
  if (ttl <= LONG_TTL || maxTtl !== DEFAULT_MAX_TTL) return undefined;
  const hours = (ttl / 3600).toFixed(1);
  return optionsError(
    'ttl',
    `So many seconds are ${hours} hours: milliseconds? If not, set maxTtl of the format.`,
    ttl,
  );
}

/**
 * Returns the lifetime of new tokens, in whole seconds. Most formats are deterministic: one URL and one expiry give one
 * token. A viewer whose token was refused must get another one, so the new token ends a second later than any token
 * made so far, or a second earlier if the edge would not accept the later end.
 */
export function lifetimeFor(reason: string, ttl: number, formatMaxTtl?: number): number {
  const maxTtl = formatMaxTtl ?? Infinity;
  const lifetime = Math.floor(Math.min(ttl, maxTtl));
  if (reason !== 'refused') return lifetime;
  return lifetime < Math.floor(maxTtl) ? lifetime + 1 : lifetime - 1;
}
