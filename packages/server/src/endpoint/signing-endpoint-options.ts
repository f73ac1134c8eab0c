import { checkKinds } from '../errors/check-kinds.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { checkCors } from '../http/cors-options.ts';
import type { CorsOptions } from '../http/cors-options.ts';
import type { ExpandOptions } from '../playlist/playlist-expander.ts';
import type { Sessions } from '../sessions/sessions.ts';
import type { FormatSource } from '../token/token-format.ts';
import type { Scope } from '../url/scope.ts';
import type { Grant } from './grant.ts';
import { checkTtl } from './lifetime.ts';
import type { RateLimitOptions } from './rate-limit.ts';

export interface SigningEndpointOptions {
  /** A function is asked at every call: return the format with the new secret, and the next token is made with it. */
  format: FormatSource;
  /**
   * The entitlement hook. `urls` are those below `allow`, each in its one canonical spelling, so that comparing text is
   * enough; `scopes[i]` is what the token for `urls[i]` would open, which for many formats is a whole folder. A URL or
   * a scope with a path that some origin reads as another one (`;x`, a `/` or a dot at the end of a name, a `+`) stands
   * once more behind the others, both as that origin reads them. Scopes are frozen. The body of `request` has been
   * read.
   *
   * When it throws, the answer is a 503 that players retry: an outage of the entitlement service never looks like a
   * refusal.
   */
  authorize: (request: Request, urls: readonly string[], scopes: readonly Scope[]) => Grant | Promise<Grant>;
  /** Absolute URL prefixes that may be signed at all; other URLs come back as denied. */
  allow: string | readonly string[];
  /** Lifetime of a token in seconds. */
  ttl: number;
  /**
   * Asked for a playlist, answer for its children too: media playlists, init segments, keys and the segments a player
   * starts with, in one round trip. The playlists are read from the edge with a token of the endpoint's own. Formats
   * that sign a prefix open the children anyway, so nothing is read for those.
   * @default false
   */
  expand?: boolean | ExpandOptions;
  /** @default 100 */
  maxUrls?: number;
  /** @default none: only pages of the endpoint's own origin */
  cors?: CorsOptions;
  /**
   * Calls a viewer: over the limit is a 429 with `Retry-After`, a limiter or a key that fails a 503.
   * @default none
   */
  rateLimit?: RateLimitOptions;
  /**
   * Counts the sessions of viewers, from `createSessions` of `secure-token-server/sessions`: one too many, and one that
   * was ended, is a 403 with a `type` of its own; a store that fails is a 503. Asked once a call, for tokens that are
   * made.
   * @default none
   */
  sessions?: Sessions;
  /**
   * Gets what `authorize`, a format function, the format, `sessions`, or the key or the limiter of `rateLimit` threw,
   * for your log.
   * @default console.error
   */
  onError?: (error: unknown) => void;
  /** Unix milliseconds. @default Date.now */
  clock?: () => number;
}

/** URLs that a call may hold: as many as players send (`MAX_URLS_PER_CALL` of core). */
export const DEFAULT_MAX_URLS = 100;

/** @throws `ERR_OPTIONS` */
export function checkSigningEndpointOptions(options: SigningEndpointOptions): void {
  checkNames(options, {
    format: true,
    authorize: true,
    allow: true,
    ttl: true,
    expand: true,
    maxUrls: true,
    cors: true,
    rateLimit: true,
    sessions: true,
    onError: true,
    clock: true,
  });
  checkKinds({ ...options }, { onError: 'function', clock: 'function' });
  const { authorize, format, ttl, maxUrls = DEFAULT_MAX_URLS, sessions, cors } = options;
  if (typeof (authorize as unknown) !== 'function') {
    throw optionsError('authorize', 'Give a function that decides who may watch what.', authorize);
  }
  checkTtl(ttl, typeof format === 'function' ? undefined : format.maxTtl);
  if (!(typeof (maxUrls as unknown) === 'number' && maxUrls >= 1))
    throw optionsError('maxUrls', 'Give a number, at least 1.', maxUrls);
  if (sessions !== undefined && typeof (sessions as Partial<Sessions> | null)?.admit !== 'function')
    throw optionsError('sessions', 'Give what createSessions() returns.', sessions);
  if (cors) checkCors(cors);
}
