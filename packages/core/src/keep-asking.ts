import { pauseFor } from './network-pause.ts';
import { isOutage, outagePauseMs } from './outage.ts';
import type { SecureTokenError } from './secure-token-error.ts';
import { isSecureTokenError } from './secure-token-error.ts';
import type { SignOptions, TokenSource } from './token-source.ts';

export interface KeepAskingOptions<T> {
  readonly source: TokenSource;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  readonly ask: (options: Required<SignOptions>) => Promise<T>;
  /** Hears of each failure, the `count`th in a row: whether to wait for the next try. If not, the failure is thrown. */
  readonly mayWait: (error: SecureTokenError, count: number) => boolean;
  /** There was a failure, and now an answer. */
  readonly recovered?: () => void;
}

/** Resolves when tokens come in again, after `ms`, if that is given, or when `signal` aborts. */
async function waitForTokens(source: TokenSource, ms: number | undefined, signal: AbortSignal): Promise<void> {
  const waiting = new AbortController();
  const end = (): void => waiting.abort();
  const ended = new Promise<void>((resolve) => waiting.signal.addEventListener('abort', () => resolve()));
  source.addEventListener('tokenrenewed', end, { signal: waiting.signal });
  signal.addEventListener('abort', end, { signal: waiting.signal });
  // by whoever has heard of the failure
  if (signal.aborted) end();
  await (ms === undefined ? ended : pauseFor(ms, waiting.signal));
  end();
}

/**
 * Asks the token source until it answers, for players that take a failed request hard. An outage of the signing
 * endpoint is waited out, however long it lasts; after any other failure the request is held until tokens are renewed.
 *
 * @throws the reason of `signal`, a failure for which `mayWait` says no, or `ERR_DESTROYED`
 */
export async function keepAsking<T>(options: KeepAskingOptions<T>): Promise<T> {
  const { source, signal, ask, mayWait, recovered } = options;
  for (let count = 1; ; count++) {
    try {
      const answer = await ask({ signal });
      if (count > 1) recovered?.();
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!isSecureTokenError(error) || error.code === 'ERR_DESTROYED' || !mayWait(error, count)) throw error;
      await waitForTokens(source, isOutage(error) ? outagePauseMs(error, count) : undefined, signal);
      signal.throwIfAborted();
    }
  }
}
