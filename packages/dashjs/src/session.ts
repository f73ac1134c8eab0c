import type { MediaPlayerClass } from 'dashjs';
import type { SecureTokenError, SignOptions, SignedRequest } from 'secure-token-core';
import type { AdapterSource, SourceUser } from 'secure-token-core/adapter';
import { hasShownPicture, isOutage, keepAsking, writeEarlyFailure } from 'secure-token-core/adapter';
import type { ShownFailure } from './shown-failure.ts';
import type { SignedLoad } from './signed-load.ts';
import { sourceUrl } from './source-url.ts';
import { trigger } from './trigger.ts';

/** A player and its token source, as every part of the plugin gets them. */
export interface Session {
  readonly player: MediaPlayerClass;
  readonly source: AdapterSource;
  /** This player, as one of the users that may share the source. */
  readonly user: SourceUser;
  readonly failure: ShownFailure;
  /** The loads under way, including those that wait for a token. */
  readonly loads: Set<SignedLoad>;
}

/** Tells whether there is a picture. `isReady` comes first: without a video element, dash.js throws. */
const hasPicture = (player: MediaPlayerClass): boolean => player.isReady() && player.getVideoElement().readyState > 0;

/** Writes a failure that ends playback to the console if there has been no picture yet. */
export const tellConsole = ({ player, source }: Session, error: SecureTokenError): void =>
  writeEarlyFailure(source, error, player.isReady() && hasShownPicture(player.getVideoElement()));

/**
 * Calls `ask` until it succeeds: dash.js gives up a stream for good once its own tries have failed. The player
 * dispatches an error if there is nothing on the screen yet, or if the failure is no outage.
 *
 * @param hasTriesLeft throws an outage, because the player will ask again
 * @throws the reason of `signal`, or `ERR_DESTROYED`
 */
export async function signOrWait<T extends SignedRequest | undefined>(
  session: Session,
  signal: AbortSignal,
  ask: (options: SignOptions) => Promise<T>,
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
        // a licence request of the player's previous source may still wait
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
