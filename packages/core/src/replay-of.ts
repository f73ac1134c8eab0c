import type { SignOptions, SignedRequest, TokenSource } from './token-source.ts';

/**
 * As `source.refused()`, for requests that go through the cache of the browser. It may keep a 410 (RFC 9110 §15.1) and
 * answer the replay with that where the token is not in the URL: it is made to forget it.
 */
export async function replayOf(source: TokenSource, request: SignedRequest, status: number, options: SignOptions): Promise<SignedRequest | undefined> {
  const replay = await source.refused(request, status, options);
  if (status === 410 && replay?.url === request.url) {
    const { url, headers, credentials } = replay;
    await fetch(url, { ...options, cache: 'reload', headers, credentials: credentials ? 'include' : 'same-origin' } as RequestInit).then(
      ({ body }) => body?.cancel(),
      () => undefined,
    );
  }
  return replay;
}
