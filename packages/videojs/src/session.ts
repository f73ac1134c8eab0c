import type { SecureTokenError, SignOptions } from 'secure-token-core';
import { isSecureTokenError } from 'secure-token-core';
import type { AdapterSource, PlayerEvents } from 'secure-token-core/adapter';
import { askAfterDenials, isOutage } from 'secure-token-core/adapter';
import type Player from 'video.js/dist/types/player.js';
import type { PlaybackFailure } from './playback-failure.ts';

/** The player and its token source, as every part of the plugin gets them. */
export interface Session {
  readonly player: Player;
  readonly source: AdapterSource;
  readonly failure: PlaybackFailure;
  readonly events: PlayerEvents;
  /** The waits that are under way. The plugin aborts them when it is disposed of. */
  readonly waits: Set<AbortController>;
}

/** Whether the viewer sees `error`: it is ours, and more than the end of the player. */
export const isForViewer = (error: unknown): error is SecureTokenError =>
  isSecureTokenError(error) && error.code !== 'ERR_DESTROYED';

/**
 * Asks the token source until it answers, through outages and denials, because Video.js does not survive a failed
 * request: VHS ends playback, switches subtitles off, or stops loading without an error.
 * @param wait ends the wait
 * @throws as `TokenSource.sign`, except for outages and denials
 */
export async function askPatiently<T>(
  { player, source, failure, events, waits }: Session,
  wait: AbortController,
  ask: (how: SignOptions) => Promise<T>,
): Promise<T> {
  const { signal } = wait;
  const viewer = { isTold: false };
  const tell = (error: SecureTokenError): void => {
    viewer.isTold = true;
    events.noteFailure(error);
    // a player that shows nothing yet has no buffer to play out
    if (player.readyState()) failure.note(error);
    else failure.show(error);
  };
  const askOnce = async (): Promise<T> => {
    if (player.readyState()) return ask({ signal, patient: true });
    try {
      return await ask({ signal });
    } catch (error) {
      if (!isOutage(error)) throw error;
      tell(error);
      return ask({ signal, patient: true });
    }
  };
  waits.add(wait);
  try {
    const answer = await askAfterDenials(source, askOnce, tell, signal);
    if (viewer.isTold) failure.withdraw();
    return answer;
  } catch (error) {
    // explains what Video.js makes of it
    if (isForViewer(error)) failure.note(error);
    throw error;
  } finally {
    waits.delete(wait);
  }
}
