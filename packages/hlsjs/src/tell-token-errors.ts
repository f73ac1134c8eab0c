import type Hls from 'hls.js';
import type { ErrorData } from 'hls.js';
import type { SecureTokenError, TokenSource } from 'secure-token-core';
import { hasShownPicture, writeEarlyFailure } from 'secure-token-core/adapter';
import { filterErrors } from './hls-events.ts';
import { tokenErrorOf } from './token-errors.ts';

/**
 * Puts our errors into the errors of `hls` before any listener gets them.
 *
 * A denial is final, but hls.js would try other variants and then retry for half a minute: so this function makes it
 * fatal. If several segments have waited for the same token, such as that of their key, hls.js reports its denial once
 * for each segment, in one task. Only the first report is passed on, because hls.js has stopped at it.
 *
 * Writes a fatal error to the console if there is no picture yet.
 */
export function tellTokenErrors(hls: Hls, sourceNow: () => TokenSource): void {
  const told = new Set<SecureTokenError>();

  filterErrors(hls, (data: ErrorData): boolean => {
    const error = tokenErrorOf(data.networkDetails);
    if (!error) return true;
    data.error = error;
    // read now: a listener of the app may destroy the player, or detach its element
    const hasPicture = hasShownPicture(hls.media);
    // hls.js decides whether the error is fatal while it passes the error to its own controllers
    queueMicrotask(() => data.fatal && writeEarlyFailure(sourceNow(), error, hasPicture));
    if (error.code !== 'ERR_DENIED') return true;
    if (told.has(error)) return false;
    told.add(error);
    // a later request that ends with this error is reported again: the app may have loaded the source again
    setTimeout(() => told.delete(error));
    data.fatal = true;
    delete data.errorAction;
    return true;
  });
}
