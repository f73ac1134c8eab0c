import type { SignedRequest, TokenSource } from '../contract/token-source.ts';
import { resolveUrl } from '../url-text.ts';
import { writeMistake } from '../console-lines.ts';

/** The statuses with which an edge refuses what has no token. */
const REFUSALS = [401, 403, 410];

/**
 * Tells the console, in development builds and once for each origin, that a request of the player was refused that went
 * out without a token because `protect` does not cover it: segments on another host than their playlist.
 */
export function writeUnprotectedRefusal(source: TokenSource, { url, token }: SignedRequest, status: number): void {
  if (!__DEVELOPMENT__ || token || !REFUSALS.includes(status) || source.protects(url)) return;
  const href = resolveUrl(url);
  if (href === '') return;
  // without user info
  const { origin } = new URL(href);
  writeMistake(
    source,
    `secure-token: ${origin} answered ${status} to a request without a token: only the origins of the player's sources ` +
      "are signed, or what 'protect' names. If that host is one of yours, name all of them: " +
      `protect: ['https://cdn.example.com/', '${origin}/'].`,
    'troubleshooting.md#nothing-plays-and-the-endpoint-is-never-called',
  );
}
