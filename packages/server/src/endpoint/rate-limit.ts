import { digest, sha256 } from '../crypto/hash.ts';
import { callHook, storeAnswer } from '../errors/hooks.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';

/**
 * A counter of calls that several instances share, such as those of `rate-limiter-flexible` on Redis and other stores.
 */
export interface RateLimiter {
  /**
   * Counts a call. If the promise resolves, the call may go on. To refuse the call, it rejects with an object that has
   * `msBeforeNext`, milliseconds, and is not an `Error` (`RateLimiterRes`). Any other rejection says that the limiter
   * itself has failed.
   *
   * @param key a digest of what `key` returned, 43 characters of base64url
   */
  consume(key: string): Promise<unknown>;
}

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
      /** The length of a window in seconds. Windows begin at the multiples of their length in unix time. */
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
  const isLimiter = option.having('consume', 'Give an object with consume(key), as rate-limiter-flexible has.');
  const readers = {
    key: option.callback('Give a function that returns the viewer.'),
    limit: option.given,
    window: option.given,
    limiter: option.optional(isLimiter),
  };
  const { key, limit, window, limiter: shared } = option.readOptions(options, readers, 'rateLimit');
  if (shared && (limit ?? window) !== undefined)
    throw optionsError('rateLimit.limiter', 'Leave `limit` and `window` out: a limiter has its own.');
  const limiter = shared ?? memoryLimiter({ limit, window }, clock);
  return async (request) => {
    const viewer: unknown = await callHook('rateLimit.key', () => key(request));
    if (typeof viewer !== 'string' || viewer === '')
      throw optionsError('rateLimit.key', 'Return text that is not empty, for every request.', viewer);
    try {
      await storeAnswer('rateLimit.limiter', limiter.consume(digest(sha256, viewer, 'base64url')));
      return 0;
    } catch (reason) {
      if (reason instanceof Error) throw reason;
      const { msBeforeNext } = (reason ?? {}) as { msBeforeNext?: unknown };
      if (Number.isFinite(msBeforeNext)) return Math.max(1, Math.ceil((msBeforeNext as number) / 1000));
      throw new Error('rateLimit.limiter: consume() failed. Look at the cause of this error.', { cause: reason });
    }
  };
}

/** The number of viewers that are counted one by one; each takes about 100 bytes. */
const maxViewers = 100_000;

/**
 * Counts the calls of each viewer in windows of unix time, in the memory of this process: with several instances, a
 * viewer has `limit` on each of them. Beyond `maxViewers` in a window, viewers share 4,096 counts by the first letters of
 * their digests: a flood of invented viewers neither fills the memory nor gives anyone more calls.
 */
function memoryLimiter(options: { limit: unknown; window: unknown }, clock: () => number): RateLimiter {
  const readers = { limit: option.most(), window: option.duration() };
  const { limit, window } = option.readOptions(options, readers, 'rateLimit');
  const windowMs = window * 1000;
  const calls = new Map<string, number>();
  let current = NaN;
  return {
    // oxlint-disable-next-line typescript/require-await -- what it throws is a rejection
    async consume(viewer) {
      const nowMs = clock();
      const opened = Math.floor(nowMs / windowMs);
      if (opened !== current) calls.clear();
      current = opened;
      const id = calls.has(viewer) || calls.size < maxViewers ? viewer : viewer.slice(0, 2);
      const count = (calls.get(id) ?? 0) + 1;
      calls.set(id, count);
      // oxlint-disable-next-line typescript/only-throw-error -- as rate-limiter-flexible refuses
      if (count > limit) throw { msBeforeNext: (current + 1) * windowMs - nowMs };
    },
  };
}
