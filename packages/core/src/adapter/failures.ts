import { writeError } from '../console-lines.ts';
import type { SecureTokenError } from '../contract/errors.ts';
import { isSecureTokenError } from '../contract/errors.ts';
import type { TokenSource } from '../contract/token-source.ts';

/**
 * Tells whether a failure to get a token is an outage: the signing endpoint does not answer. Players retry that; any
 * other failure is final until tokens are renewed.
 */
export const isOutage = (error: unknown): error is SecureTokenError =>
  isSecureTokenError(error) && error.code === 'ERR_SIGNING_UNAVAILABLE';

/** `HTMLMediaElement.HAVE_CURRENT_DATA`: the element has the frame at the current position. */
const HAVE_CURRENT_DATA = 2;

/**
 * Tells whether the viewer has seen a picture of what `media` plays, also if a seek or a stall leaves `media` without a
 * picture at present.
 */
export const hasShownPicture = (media: Pick<HTMLMediaElement, 'readyState' | 'played'> | null | undefined): boolean =>
  !!media && (media.readyState >= HAVE_CURRENT_DATA || media.played.length > 0);

/**
 * Writes a failure that ends playback to the console if the viewer has seen no picture yet: without a listener for
 * errors, the app would show a black player and no message. After the first picture the player's own error has to
 * suffice.
 *
 * Each error is written once: a development build may have written it when it happened. Errors that are not ours, and
 * the end of a source (`ERR_DESTROYED`), are not written.
 */
export function writeEarlyFailure(source: TokenSource, error: unknown, hasPicture: boolean): void {
  if (!hasPicture && isSecureTokenError(error) && error.code !== 'ERR_DESTROYED')
    writeError(source, error, false, true);
}
