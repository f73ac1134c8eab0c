import type Hls from 'hls.js';
import type { ErrorData } from 'hls.js';
import type { SecureTokenError, TokenSource } from 'secure-token-core';
import { hasShownPicture, writeEarlyFailure } from 'secure-token-core/adapter';
import { filterErrors } from './hls-events.ts';
import { tokenErrorOf } from './token-errors.ts';

/**
 * Errors of `hls` carry ours before anybody hears of them.
 *
 * A denial is final, but hls.js would try other variants and then retry for half a minute: so it is made fatal. Of one
 * that several segments have waited for, such as that of their key, hls.js tells once for each, in one task: it has
 * stopped at the first.
 *
 * The console is told of one that is fatal before there is a picture.
 */
export function tellTokenErrors(hls: Hls, sourceNow: () => TokenSource): void {
  const told = new Set<SecureTokenError>();

  filterErrors(hls, (data: ErrorData): boolean => {
    const error = tokenErrorOf(data.networkDetails);
    if (!error) return true;
    data.error = error;
    // a listener of the app may destroy the player, or take its element away
    const hasPicture = hasShownPicture(hls.media);
    // whether it is fatal, hls.js decides while it tells its own controllers
    queueMicrotask(() => data.fatal && writeEarlyFailure(sourceNow(), error, hasPicture));
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
