import { digest, sha256 } from '../crypto/hash.ts';
import { callHook } from '../errors/call-hook.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { askLimiter } from './ask-limiter.ts';
import type { RateLimiter } from './ask-limiter.ts';
import { countCalls } from './count-calls.ts';

export type RateLimitOptions = {
  /**
   * Identifies the viewer: by an account or a session that has been *verified*, or else by the client address as your
   * platform reports it (of an IPv6 address the first 64 bits). Use nothing that the client can invent or vary: with a
   * header that the client chooses, such as the whole `Cookie`, every call comes from a new viewer.
   *
   * If the function throws, or returns anything but non-empty text, the endpoint answers 503 and calls `onError`: a
   * call without a viewer is never let through.
   */
  key: (request: Request) => string | Promise<string>;
} & (
  | {
      /** The number of calls that a viewer may make within one window, counted in the memory of this process. */
      limit: number;
      /** The length of a window in seconds. A window begins with the viewer's first call. */
      window: number;
      limiter?: never;
    }
  | {
      /**
       * A limiter that counts for several instances together, such as a `RateLimiterRedis` of `rate-limiter-flexible`.
       */
      limiter: RateLimiter;
      limit?: never;
      window?: never;
    }
);

/**
 * Creates the function that counts calls. A key of any length becomes a digest of 43 characters (SHA-256, base64url)
 * before it is counted or given to a limiter: long keys do not fill the memory, and session ids are not stored in
 * Redis.
 *
 * @param clock unix milliseconds
 * @returns a function that returns the seconds to wait, 0 if the call may go on; it rejects if the key or the limiter
 *   fails
 * @throws `ERR_OPTIONS` for a key that is not a function, for a limit or a window that is not a positive number, for a
 *   limiter without `consume`, and for both of them together
 */
export function rateLimit(options: RateLimitOptions, clock: () => number): (request: Request) => Promise<number> {
  checkNames(options, { key: true, limit: true, window: true, limiter: true }, 'rateLimit');
  const { key } = options;
  if (typeof (key as unknown) !== 'function')
    throw optionsError('rateLimit.key', 'Give a function that returns the viewer.', key);
  const wait = counter(options);
  return async (request) => {
    const viewer: unknown = await callHook('rateLimit.key', () => key(request));
    if (typeof viewer !== 'string' || viewer === '') {
      throw optionsError('rateLimit.key', 'Return text that is not empty, for every request.', viewer);
    }
    // The clock is read after the key: of two calls at once, the one that is counted later has the later time.
    return wait(digest(sha256, viewer, 'base64url'), clock());
  };
}

function counter(options: RateLimitOptions): (viewer: string, nowMs: number) => number | Promise<number> {
  if (options.limiter !== undefined) {
    const { limiter, limit, window }: { limiter: RateLimiter; limit?: unknown; window?: unknown } = options;
    if (limit !== undefined || window !== undefined) {
      throw optionsError(
        'rateLimit.limiter',
        'A limiter is given, and `limit` or `window` too. Leave these out: a limiter has its own.',
      );
    }
    if (typeof (limiter as Partial<RateLimiter> | null)?.consume !== 'function') {
      throw optionsError(
        'rateLimit.limiter',
        'Give an object with consume(key), such as one of rate-limiter-flexible.',
        limiter,
      );
    }
    return (viewer) => askLimiter(limiter, viewer);
  }
  const { limit, window } = options;
  if (!(Number.isFinite(limit) && limit >= 1))
    throw optionsError('rateLimit.limit', 'Give a number of calls, at least 1.', limit);
  if (!(Number.isFinite(window) && window > 0))
    throw optionsError('rateLimit.window', 'Give seconds, more than 0.', window);
  return countCalls({ limit, window });
}
