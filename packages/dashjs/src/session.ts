import type { MediaPlayerClass } from 'dashjs';
import type { SecureTokenError, SignOptions, SignedRequest, TokenSource } from 'secure-token-core';
import type { SourceUser } from 'secure-token-core/adapter';
import { hasShownPicture, isOutage, keepAsking, writeEarlyFailure } from 'secure-token-core/adapter';
import type { ShownFailure } from './shown-failure.ts';
import type { SignedLoad } from './signed-load.ts';
import { sourceUrl } from './source-url.ts';
import { trigger } from './trigger.ts';

/** The player and its token source, as every part of the plugin gets them. */
export interface Session {
  readonly player: MediaPlayerClass;
  readonly source: TokenSource;
  /** This player, among others that may share the source. */
  readonly user: SourceUser;
  readonly failure: ShownFailure;
  /** Under way, those that wait for a token among them. */
  readonly loads: Set<SignedLoad>;
}

/** dash.js throws where there is no video element. */
const hasPicture = (player: MediaPlayerClass): boolean => player.isReady() && player.getVideoElement().readyState > 0;

/** Tells the console of a failure with which dash.js ends, if there has been no picture yet. */
export const tellConsole = ({ player, source }: Session, error: SecureTokenError): void =>
  writeEarlyFailure(source, error, player.isReady() && hasShownPicture(player.getVideoElement()));

/**
 * Asks the token source until it answers: dash.js gives a stream up for good once its own tries have failed. The app
 * hears of an error when there is nothing on screen yet, or nothing to wait for.
 *
 * @param hasTriesLeft an outage is thrown: the player will ask again
 * @throws the reason of `signal`, or `ERR_DESTROYED`
 */
export async function signOrWait<T extends SignedRequest | undefined>(
  session: Session,
  signal: AbortSignal,
  ask: (options: Required<SignOptions>) => Promise<T>,
  hasTriesLeft = false,
): Promise<T> {
  const { player, source, failure } = session;
  const request = {};
  const asset = sourceUrl(player);
  try {
    return await keepAsking({
      source,
      signal,
      ask,
      mayWait: (error) => {
        if (isOutage(error) && hasTriesLeft) return false;
        const isShown = !isOutage(error) || !hasPicture(player);
        // a licence of the source before may still wait
        if (isShown && asset === sourceUrl(player) && failure.hold(request, asset)) {
          tellConsole(session, error);
          trigger(player, 'error', { error });
        }
        return true;
      },
      recovered: () => failure.recovered(),
    });
  } finally {
    failure.release(request);
  }
}
