import type Hls from 'hls.js';
import type { ErrorData } from 'hls.js';
import type { SecureTokenError } from 'secure-token-core';
import { filterErrors } from './hls-events.ts';
import { tokenErrorOf } from './token-errors.ts';

/**
 * Errors of `hls` carry ours before anybody hears of them.
 *
 * A denial is final, but hls.js would try other variants and then retry for half a minute: so it is made fatal. Of one
 * that several segments have waited for, such as that of their key, hls.js tells once for each, in one task: it has
 * stopped at the first.
 */
export function tellTokenErrors(hls: Hls): void {
  const told = new Set<SecureTokenError>();

  filterErrors(hls, (data: ErrorData): boolean => {
    const error = tokenErrorOf(data.networkDetails);
    if (!error) return true;
    data.error = error;
    if (error.code !== 'ERR_DENIED') return true;
    if (told.has(error)) return false;
    told.add(error);
    // of the next request that ends with it the app hears anew: it may have loaded the source again
    setTimeout(() => told.delete(error));
    data.fatal = true;
    delete data.errorAction;
    return true;
  });
}
