import { writeMistake } from '../console-lines.ts';
import { DEFAULT_REFUSALS } from '../contract/options.ts';
import type { SignedRequest, TokenSource } from '../contract/token-source.ts';
import { originOf, resolveUrl } from '../url-text.ts';

/**
 * Writes to the console, once for each origin, that the edge refused a request of the player which went out without a
 * token because `protect` does not cover it: segments on another host than their playlist.
 */
export function writeUnprotectedRefusal(source: TokenSource, { url, token }: SignedRequest, status: number): void {
  const href = resolveUrl(url);
  if (token || !href || !DEFAULT_REFUSALS.includes(status) || source.protects(url)) return;
  // a URL may have user info, which no message shows
  const origin = originOf(href).replace(/\/\/.*@/, '//');
  writeMistake(
    source,
    `secure-token: ${origin} answered ${status} to a request without a token. If its files need one, add ` +
      `'${origin}/' to 'protect'.`,
    'errors.md#nothing-plays-and-the-endpoint-is-never-called',
    'error',
  );
}
