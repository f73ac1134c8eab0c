import { isSecureTokenError } from '../contract/errors.ts';
import type { SecureTokenError } from '../contract/errors.ts';
import type { TokenSource } from '../contract/token-source.ts';
import { SOURCE_DESTROYED, SOURCE_RENEWS } from '../contract/token-source.ts';
import { abortable } from '../waiting.ts';

/**
 * Calls `ask`, and after each denial once more when the app has called `renew()`: for players that never ask again after
 * a failed request.
 * @param denied gets each denial
 * @throws the reason of `signal`, or what `ask` throws otherwise
 */
export async function askAfterDenials<T>(
  source: TokenSource,
  ask: () => Promise<T>,
  denied: (error: SecureTokenError) => void,
  signal: AbortSignal,
): Promise<T> {
  for (;;) {
    const listening = new AbortController();
    // listens before the failure is told: a listener of the app may renew at once
    const renewed = new Promise<void>((resolve) => {
      for (const type of [SOURCE_RENEWS, SOURCE_DESTROYED])
        source.addEventListener(type, () => resolve(), { signal: listening.signal });
    });
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !isSecureTokenError(error) || error.code !== 'ERR_DENIED') throw error;
      denied(error);
      await abortable(renewed, signal);
    } finally {
      listening.abort();
    }
  }
}
