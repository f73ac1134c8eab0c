import { isOutage, outagePauseMs } from './outage.ts';
import type { SecureTokenError } from './secure-token-error.ts';
import { isSecureTokenError } from './secure-token-error.ts';
import type { SignOptions, TokenSource } from './token-source.ts';

export interface KeepAskingOptions<T> {
  readonly source: TokenSource;
  /** Ends the wait. */
  readonly signal: AbortSignal;
  readonly ask: (options: Required<SignOptions>) => Promise<T>;
  /** Hears of each failure before the wait for the next try; what it throws ends the wait. */
  readonly failed: (error: SecureTokenError) => void;
  /** There was a failure, and now an answer. */
  readonly recovered?: () => void;
}

/** Resolves when tokens come in again, or after `ms`. */
const pause = (source: TokenSource, ms: number | undefined, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = ms === undefined ? undefined : setTimeout(() => end(resolve), ms);
    const onRenewed = (): void => end(resolve);
    const onAbort = (): void => end(() => reject(signal.reason as Error));
    const end = (settle: () => void): void => {
      clearTimeout(timer);
      source.removeEventListener('tokenrenewed', onRenewed);
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    source.addEventListener('tokenrenewed', onRenewed);
    signal.addEventListener('abort', onAbort);
  });

/**
 * Asks the token source until it answers, for players that take a failed request hard. An outage of the signing
 * endpoint is waited out; after any other failure the request is held until tokens are renewed.
 *
 * @throws the reason of `signal`, what `failed` throws, or `ERR_DESTROYED`
 */
export async function keepAsking<T>(options: KeepAskingOptions<T>): Promise<T> {
  const { source, signal, ask, failed, recovered } = options;
  for (let failures = 1; ; failures++) {
    try {
      const answer = await ask({ signal });
      if (failures > 1) recovered?.();
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      if (!isSecureTokenError(error) || error.code === 'ERR_DESTROYED') throw error;
      failed(error);
      await pause(source, isOutage(error) ? outagePauseMs(error, failures) : undefined, signal);
    }
  }
}
