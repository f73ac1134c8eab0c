import type { SignOptions, SignedRequest, TokenSource } from './token-source.ts';

/** What browsers may keep without being told to (RFC 9110 §15.1), of what an edge may refuse a token with. */
const KEPT = [404, 405, 410, 414, 501];

/**
 * As `source.refused()`, for requests that go through the cache of the browser. It may keep a refusal
 * and answer the replay with that where the token is not in the URL: it is made to forget it.
 * @throws as `source.refused()`
 */
export async function replayOf(
  source: TokenSource,
  request: SignedRequest,
  status: number,
  options?: SignOptions,
): Promise<SignedRequest | undefined> {
  const replay = await source.refused(request, status, options);
  if (KEPT.includes(status) && replay?.url === request.url) {
    const { url, headers, credentials } = replay;
    try {
      // the request itself has the time-out of the player, this one none
      const { body } = await fetch(url, {
        signal: AbortSignal.timeout(5e3),
        cache: 'reload',
        headers,
        credentials: credentials ? 'include' : 'same-origin',
      });
      await body?.cancel();
    } catch {
      // the replay will tell
    }
  }
  return replay;
}
