import { isSecureTokenError } from '../contract/secure-token-error.ts';
import type { TokenSource } from '../contract/token-source.ts';
import { writeError } from '../console-lines.ts';

/** `HTMLMediaElement.HAVE_CURRENT_DATA`: the frame at the current position is there. */
const HAVE_CURRENT_DATA = 2;

/** Whether the viewer has had a picture of what `media` plays; not where it lacks one after a seek or at a stall. */
export const hasShownPicture = (media: Pick<HTMLMediaElement, 'readyState' | 'played'> | null | undefined): boolean =>
  !!media && (media.readyState >= HAVE_CURRENT_DATA || media.played.length > 0);

/**
 * Tells the console of a failure with which a player ends, if the viewer has had no picture yet: without a listener the
 * app would have a black player, and no word. After the first picture the player's own error has to do.
 *
 * It is written once: a development build may have told the console of it when it happened. What is not ours, and the
 * end of a source, are not written.
 */
export function writeEarlyFailure(source: TokenSource, error: unknown, hasPicture: boolean): void {
  if (!hasPicture && isSecureTokenError(error) && error.code !== 'ERR_DESTROYED') writeError(source, error);
}
