import type { SecureTokenErrorCode } from '../contract/secure-token-error.ts';
import { isSecureTokenError } from '../contract/secure-token-error.ts';
import type { TokenSource } from '../contract/token-source.ts';

/** The page about errors, where each code is an anchor. `npm run set-organisation` changes it along with `homepage`. */
const PAGE = 'https://github.com/your-organisation/secure-token/blob/main/docs/errors.md';

/** `HTMLMediaElement.HAVE_CURRENT_DATA`: the frame at the current position is there. */
const HAVE_CURRENT_DATA = 2;

/** Codes that the console has been told of. */
const written = new WeakMap<TokenSource, Set<SecureTokenErrorCode>>();

/** Whether the viewer has had a picture of what `media` plays; not where it lacks one after a seek or at a stall. */
export const hasShownPicture = (media: Pick<HTMLMediaElement, 'readyState' | 'played'> | null | undefined): boolean =>
  !!media && (media.readyState >= HAVE_CURRENT_DATA || media.played.length > 0);

/**
 * Tells the console of a failure with which a player ends, if the viewer has had no picture yet: without a listener the
 * app would have a black player, and no word. After the first picture the player's own error has to do.
 *
 * Each code is written once for a token source: a page of many players is told once that its endpoint is not there.
 * What is not ours, and the end of a source, are not written.
 */
export function writeEarlyFailure(source: TokenSource, error: unknown, hasPicture: boolean): void {
  if (hasPicture || !isSecureTokenError(error) || error.code === 'ERR_DESTROYED') return;
  const { code, message } = error;
  const codes = written.get(source) ?? new Set();
  if (codes.has(code)) return;
  written.set(source, codes.add(code));
  // eslint-disable-next-line no-console -- who has no listener learns of it nowhere else
  console.error(`secure-token: ${message} See ${PAGE}#${code.toLowerCase()}`);
}
