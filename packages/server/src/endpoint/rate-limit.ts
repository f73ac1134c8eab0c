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
   * platform reports it (of an IPv6 address the first 64 bits). Nothing that the client can invent or vary: with a
   * header of the client's own choice, such as the whole `Cookie`, every call comes from a new viewer.
   *
   * When it throws, or returns anything but a text that is not empty, the call is answered with 503 and `onError` hears
   * of it: a viewer without a name is never a free pass.
   */
  key: (request: Request) => string | Promise<string>;
} & (
  | {
      /** Calls a viewer may make within one window, counted in the memory of this process. */
      limit: number;
      /** Seconds. A window begins with the viewer's first call. */
      window: number;
      limiter?: never;
    }
  | {
      /** Counts for several instances together, such as a `RateLimiterRedis` of `rate-limiter-flexible`. */
      limiter: RateLimiter;
      limit?: never;
      window?: never;
    }
);

/**
 * A key of any length becomes a digest of 43 characters (SHA-256, base64url) before it is counted or handed to a
 * limiter: long keys fill no memory, and session ids do not end up in a Redis.
 *
 * @param clock unix milliseconds
 * @returns seconds to wait, 0 when the call may go on; rejects when the key or the limiter fails
 * @throws `ERR_OPTIONS` for a key that is no function, for a limit or a window that is no positive number, for a
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
    // After the key: of two calls at once, the one that is counted later has the later time.
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
