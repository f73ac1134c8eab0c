import type { SignedRequest, TokenSource } from 'secure-token-core';
import type { SourceUser } from 'secure-token-core/adapter';
import { refusalOf, writeUnprotectedRefusal } from 'secure-token-core/adapter';
import type { Failures } from './attempts.ts';
import { isFaultOfMedia, isHopeless, isRefusedForGood } from './attempts.ts';
import { probe } from './probe.ts';

/** `MediaError.MEDIA_ERR_NETWORK`. Higher codes are about data that has arrived. */
const MEDIA_ERR_NETWORK = 2;

interface Asked {
  readonly source: TokenSource;
  readonly user: SourceUser;
  readonly signal: AbortSignal;
}

/** Returns the message of `error` with the unsigned URL in place of the signed one, which may hold the token. */
const messageOf = ({ message }: MediaError, { url, unsignedUrl }: SignedRequest): string =>
  message.replaceAll(url, unsignedUrl);

/**
 * Finds out why a media element that played `request` has failed: asks the edge for the first byte. Resolves to the
 * request to play next, or to `undefined` if any request with a live token will do.
 * @param failures the failures at this place, including the present one
 * @throws if the failure is final: `ERR_DENIED`, `ERR_TOKEN_REFUSED` or another `SecureTokenError`; a `NotFoundError`
 *   (the file does not exist); an `EncodingError` (the browser cannot play the file); a `NetworkError` (any other
 *   failure that repeats at one place)
 */
export async function diagnoseFailure(
  error: MediaError,
  request: SignedRequest,
  failures: Failures,
  { source, user, signal }: Asked,
): Promise<SignedRequest | undefined> {
  const { unsignedUrl, token } = request;
  const status = await probe(request, signal);
  // a failure without a status counts as one of the network, even if `isRefusal` takes it for a refusal
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
  // this comes before the test of the token: if every attempt outlives its token, that test would return each time
  if (isHopeless(failures))
    throw (
      refusal ??
      new DOMException(
        'The browser cannot load this file. Check the network and the CORS headers of the server.',
        'NetworkError',
      )
    );
  // this token has expired, or another one has replaced it: the next token may work
  if (source.signNow(unsignedUrl)?.token !== token) return undefined;
  const replay = await user.replay(request, status, { signal });
  if (!replay && refusal && isRefusedForGood(failures)) throw refusal;
  return replay;
}
