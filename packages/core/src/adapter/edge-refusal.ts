import { writeMistake } from '../console-lines.ts';
import { DEFAULT_REFUSALS } from '../contract/token-source-options.ts';
import type { SecureTokenError } from '../contract/secure-token-error.ts';
import type { SignedRequest, TokenSource } from '../contract/token-source.ts';
import { resolveUrl } from '../url-text.ts';

/**
 * Returns the error with which a request ends if the edge has answered it with `status`, and no replay helps;
 * `undefined` if the edge did not refuse its token. Call this before the replay: without a status, the result depends
 * on the time.
 */
export const refusalOf = (source: TokenSource, request: SignedRequest, status: number): SecureTokenError | undefined =>
  source.isRefusal(request, status) ? source.explainRefusal(request, status) : undefined;

/**
 * Writes to the console, in development builds and once for each origin, that the edge refused a request of the player
 * which went out without a token because `protect` does not cover it: segments on another host than their playlist.
 */
export function writeUnprotectedRefusal(source: TokenSource, { url, token }: SignedRequest, status: number): void {
  if (!__DEVELOPMENT__ || token || !DEFAULT_REFUSALS.includes(status) || source.protects(url)) return;
  const href = resolveUrl(url);
  if (href === '') return;
  // an origin contains no user info
  const { origin } = new URL(href);
  writeMistake(
    source,
    `secure-token: ${origin} answered ${status} to a request without a token: only the origins of the player's ` +
      "sources are signed, or what 'protect' names. If that host is one of yours, name all of them: " +
      `protect: ['https://cdn.example.com/', '${origin}/'].`,
    'troubleshooting.md#nothing-plays-and-the-endpoint-is-never-called',
  );
}
