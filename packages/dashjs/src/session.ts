import type { MediaPlayerClass } from 'dashjs';
import type { SecureTokenError, SignOptions, SignedRequest, SourceUser, TokenSource } from 'secure-token-core';
import { isOutage, keepAsking } from 'secure-token-core';
import { trigger } from './trigger.ts';

/** What every part of the plugin works with. */
export interface Session {
  readonly player: MediaPlayerClass;
  readonly source: TokenSource;
  /** This player, among others that may share the source. */
  readonly user: SourceUser;
  /** Of the request that the player shows an error for. */
  readonly failure: { shown: SecureTokenError | undefined };
}

/** dash.js throws where there is no video element. */
const hasPicture = (player: MediaPlayerClass): boolean => player.isReady() && player.getVideoElement().readyState > 0;

/** Once, however many requests wait for the same. */
function show({ player, failure }: Session, error: SecureTokenError): void {
  if (failure.shown) return;
  failure.shown = error;
  trigger(player, 'error', { error });
}

/**
 * Asks the token source until it answers: dash.js gives a stream up for good once its own tries have failed. The app
 * hears of an error when there is nothing on screen yet, or nothing to wait for.
 *
 * @param hasTriesLeft an outage is thrown: the player will ask again
 * @throws the reason of `signal`, or `ERR_DESTROYED`
 */
export const signOrWait = <T extends SignedRequest | undefined>(
  session: Session,
  signal: AbortSignal,
  ask: (options: Required<SignOptions>) => Promise<T>,
  hasTriesLeft = false,
): Promise<T> =>
  keepAsking({
    source: session.source,
    signal,
    ask,
    mayWait: (error) => {
      if (isOutage(error) && hasTriesLeft) return false;
      if (!isOutage(error) || !hasPicture(session.player)) show(session, error);
      return true;
    },
    recovered: () => {
      session.failure.shown = undefined;
    },
  });
