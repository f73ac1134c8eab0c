import type { SecureTokenError, TokenSource } from 'secure-token-core';
import { isOutage, outagePauseMs } from 'secure-token-core';
import { pauseFor } from './back-off.ts';

interface OutageOptions {
  readonly source: TokenSource;
  readonly signal: AbortSignal;
  /** The signing endpoint does not answer; told once for each time it was asked. */
  readonly onOutage?: (error: SecureTokenError) => void;
}

/** Resolves when the next attempt is due, or when another request has got a token: then the endpoint answers again. */
async function waitForEndpoint(
  failures: number,
  error: SecureTokenError,
  { source, signal }: OutageOptions,
): Promise<void> {
  const waiting = new AbortController();
  const wake = (): void => waiting.abort();
  signal.addEventListener('abort', wake, { signal: waiting.signal });
  source.addEventListener('tokenrenewed', wake, { signal: waiting.signal });
  await pauseFor(outagePauseMs(error, failures), waiting.signal);
  waiting.abort();
}

/**
 * What `ask` answers. An outage of the signing endpoint is waited out, however long it lasts: it is no failure of the
 * media, and nothing that a viewer can do anything about.
 * @throws what is no outage, or the reason of `signal`
 */
export async function throughOutages<T>(ask: () => Promise<T>, options: OutageOptions): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await ask();
    } catch (error) {
      options.signal.throwIfAborted();
      if (!isOutage(error)) throw error;
      options.onOutage?.(error);
      await waitForEndpoint(failures, error, options);
      options.signal.throwIfAborted();
    }
  }
}
