/** A counter of calls that several instances share, as `rate-limiter-flexible` has them on Redis and other stores. */
export interface RateLimiter {
  /**
   * Counts a call; resolved, the call may go on. To refuse it, rejects with an object that has `msBeforeNext`,
   * milliseconds, and is no `Error` (`RateLimiterRes`). Whatever else it rejects with says that the limiter itself has
   * failed.
   *
   * @param key a digest of what `key` returned, 43 characters of base64url
   */
  consume(key: string): Promise<unknown>;
}

/**
 * Milliseconds after which a limiter has failed. Clients of Redis queue commands while the connection is down, for as
 * long as that lasts; a player waits for the endpoint ten seconds.
 */
const timeoutMs = 2000;

/**
 * @returns seconds to wait, 0 when the call may go on
 * @throws whatever says that the limiter has failed: it is never a free pass
 */
export async function askLimiter(limiter: RateLimiter, key: string): Promise<number> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    const fail = (): void =>
      reject(new Error('rateLimit.limiter: consume() did not answer within two seconds. Check its store.'));
    timer = setTimeout(fail, timeoutMs);
  });
  try {
    await Promise.race([limiter.consume(key), late]);
    return 0;
  } catch (reason) {
    const waitMs = refusal(reason);
    if (waitMs !== undefined) return Math.max(1, Math.ceil(waitMs / 1000));
    throw reason instanceof Error
      ? reason
      : new Error('rateLimit.limiter: consume() failed. Look at the cause of this error.', { cause: reason });
  } finally {
    clearTimeout(timer);
  }
}

/** Milliseconds to wait, when `reason` is the refusal of a call. */
function refusal(reason: unknown): number | undefined {
  if (typeof reason !== 'object' || reason === null || reason instanceof Error) return undefined;
  const { msBeforeNext } = reason as { msBeforeNext?: unknown };
  return typeof msBeforeNext === 'number' && Number.isFinite(msBeforeNext) ? msBeforeNext : undefined;
}
