import type { SignedRequest, TokenSource } from 'secure-token-core';
import type { SourceUser } from 'secure-token-core/adapter';
import { refusalOf, writeUnprotectedRefusal } from 'secure-token-core/adapter';
import type { Failures } from './attempts.ts';
import { isFaultOfMedia, isHopeless, isRefusedForGood } from './attempts.ts';
import { probe } from './probe.ts';

/** `MediaError.MEDIA_ERR_NETWORK`: codes above it are about what has arrived. */
const MEDIA_ERR_NETWORK = 2;

interface Asked {
  readonly source: TokenSource;
  readonly user: SourceUser;
  readonly signal: AbortSignal;
}

/** The message of `error` without the token that its URL may hold. */
const messageOf = ({ message }: MediaError, { url, unsignedUrl }: SignedRequest): string =>
  message.replaceAll(url, unsignedUrl);

/**
 * Finds out why a media element that played from `request` has failed, by asking the edge for its first byte. Resolves
 * to the request to go on from; `undefined`: from any whose token lives.
 * @param failures this one included
 * @throws what is final: `ERR_DENIED`, `ERR_TOKEN_REFUSED` and the like, a `NotFoundError` (no such file), an
 *   `EncodingError` (the browser cannot play it), a `NetworkError` (whatever else fails at one place again and again)
 */
export async function diagnoseFailure(
  error: MediaError,
  request: SignedRequest,
  failures: Failures,
  { source, user, signal }: Asked,
): Promise<SignedRequest | undefined> {
  const { unsignedUrl, token } = request;
  const status = await probe(request, signal);
  // without a status it is a failure of the network in any case
  const refusal = status > 0 ? refusalOf(source, request, status) : undefined;
  if (__DEVELOPMENT__) writeUnprotectedRefusal(source, request, status);
  if (status === 404 && !refusal)
    throw new DOMException(
      `The server answered 404 for ${unsignedUrl}. Check the URL: it is not tried again.`,
      'NotFoundError',
    );
  const isLetThrough = status > 0 && status < 300;
  if (isLetThrough && error.code > MEDIA_ERR_NETWORK && isFaultOfMedia(failures)) {
    throw new DOMException(
      messageOf(error, request) || 'The browser cannot play this file. Check its container and its codecs.',
      'EncodingError',
    );
  }
  // slow attempts outlive their tokens: each is refused with a token that is the newest no more
  if (isHopeless(failures))
    throw (
      refusal ??
      new DOMException(
        'The browser cannot load this file. Check the network and the CORS headers of the server.',
        'NetworkError',
      )
    );
  // expired: nothing is wrong with the next one
  if (source.signNow(unsignedUrl)?.token !== token) return undefined;
  const replay = await user.replay(request, status, { signal });
  if (!replay && refusal && isRefusedForGood(failures)) throw refusal;
  return replay;
}
