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

/**
 * Milliseconds after which a limiter has failed. Clients of Redis queue commands as long as the connection is down; a
 * player waits ten seconds for the endpoint.
 */
const timeoutMs = 2000;

/**
 * Counts a call with a limiter.
 *
 * @returns seconds to wait, 0 if the call may go on
 * @throws if the limiter has failed: a failure never lets a call through
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

/** Returns the milliseconds to wait if `reason` refuses a call, otherwise `undefined`. */
function refusal(reason: unknown): number | undefined {
  if (typeof reason !== 'object' || reason === null || reason instanceof Error) return undefined;
  const { msBeforeNext } = reason as { msBeforeNext?: unknown };
  return typeof msBeforeNext === 'number' && Number.isFinite(msBeforeNext) ? msBeforeNext : undefined;
}
