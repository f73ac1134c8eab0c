import type { SignedRequest, SourceUser, TokenSource } from 'secure-token-core';
import { tokenRefused } from 'secure-token-core';
import { connect } from './connection.ts';

/** The status with which the edge answers `request`; 0 without one (network, no CORS). */
async function probe(request: SignedRequest): Promise<number> {
  const { response, close } = await connect(request, { range: 'bytes=0-0' }, undefined);
  close();
  return response?.status ?? 0;
}

/** What `error` says, without the token that its URL may hold. */
const messageOf = ({ message }: MediaError, { url, unsignedUrl }: SignedRequest): string =>
  message.replaceAll(url, unsignedUrl);

/**
 * Finds out what a media element died of that played from `request`, by asking the edge for its first byte. Resolves to
 * the request to go on from; `undefined`: from any that is live.
 * @param failures at this place, this one included
 * @throws what is final: `ERR_DENIED`, `ERR_TOKEN_REFUSED` and the like, a `NotFoundError` (no such file), an
 *   `EncodingError` (the browser cannot play it)
 */
export async function checkFailure(
  error: MediaError,
  { source, user }: { readonly source: TokenSource; readonly user: SourceUser },
  request: SignedRequest,
  failures: number,
): Promise<SignedRequest | undefined> {
  const { unsignedUrl: url, token } = request;
  const status = await probe(request);
  const isRefusal = status > 0 && source.isRefusal(request, status);
  if (status === 404 && !isRefusal) throw new DOMException(`No such file: ${url}`, 'NotFoundError');
  if (status && status < 300 && error.code > 2 && failures > 1) {
    throw new DOMException(messageOf(error, request) || 'The browser cannot play this file', 'EncodingError');
  }
  // expired: nothing is wrong with the next one
  if (source.peek(url)?.token !== token) return undefined;
  const replay = await user.replay(request, status);
  if (!replay && failures > 3 && isRefusal) throw tokenRefused(url, status);
  return replay;
}
