import type { SignedRequest, SourceUser, TokenSource } from 'secure-token-core';
import { tokenRefused } from 'secure-token-core';
import type { Failures } from './attempts.ts';
import { isFaultOfMedia, isRefusedForGood } from './attempts.ts';
import { probe } from './probe.ts';

/** `MediaError.MEDIA_ERR_NETWORK`: codes above it are about what has arrived. */
const MEDIA_ERR_NETWORK = 2;

interface Asked {
  readonly source: TokenSource;
  readonly user: SourceUser;
  readonly signal: AbortSignal;
}

/** What `error` says, without the token that its URL may hold. */
const messageOf = ({ message }: MediaError, { url, source }: SignedRequest): string => message.replaceAll(url, source);

/**
 * Finds out why a media element that played from `request` has failed, by asking the edge for its first byte. Resolves
 * to the request to go on from; `undefined`: from any whose token lives.
 * @param failures this one included
 * @throws what is final: `ERR_DENIED`, `ERR_TOKEN_REFUSED` and the like, a `NotFoundError` (no such file), an
 *   `EncodingError` (the browser cannot play it)
 */
export async function diagnoseFailure(
  error: MediaError,
  request: SignedRequest,
  failures: Failures,
  { source, user, signal }: Asked,
): Promise<SignedRequest | undefined> {
  const { source: url, token } = request;
  const status = await probe(request, signal);
  const isRefusal = status > 0 && source.isRefusal(request, status);
  if (status === 404 && !isRefusal) throw new DOMException(`No such file: ${url}`, 'NotFoundError');
  const isLetThrough = status > 0 && status < 300;
  if (isLetThrough && error.code > MEDIA_ERR_NETWORK && isFaultOfMedia(failures)) {
    throw new DOMException(messageOf(error, request) || 'The browser cannot play this file', 'EncodingError');
  }
  // expired: nothing is wrong with the next one
  if (source.peek(url)?.token !== token) return undefined;
  const replay = await user.replay(request, status, { signal });
  if (!replay && isRefusal && isRefusedForGood(failures)) throw tokenRefused(url, status);
  return replay;
}
