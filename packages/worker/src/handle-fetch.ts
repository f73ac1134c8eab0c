import { isSecureTokenError, responseWithoutToken, workerQuestion } from 'secure-token-core';
import { isMediaRequest } from './media-request.ts';
import { isOutOfReach } from './missing-cors.ts';
import type { RequestSigner } from './request-signer.ts';
import { SignedFetch } from './signed-fetch.ts';
import type { FetchEventLike } from './worker-scope.ts';

/**
 * Answers a fetch event of a service worker if it is a media request of the browser's own player for a URL that
 * `source` protects: signed, with its range, replayed once when it is refused, the answer as it came. All others are
 * left alone.
 *
 * @returns whether it answers
 */
export function handleFetch(event: Event, source: RequestSigner): boolean {
  const fetchEvent = event as Event & FetchEventLike;
  const { request } = fetchEvent;
  const askedUrl = request.headers.get(workerQuestion.header);
  if (askedUrl) {
    const status = canSign(askedUrl, source) ? workerQuestion.yes : workerQuestion.no;
    fetchEvent.respondWith(new Response(null, { status }));
    return true;
  }
  if (!isMediaRequest(request) || !canSign(request.url, source)) return false;
  fetchEvent.respondWith(new SignedFetch(fetchEvent, source).answer().catch(failure));
  return true;
}

const canSign = (url: string, source: RequestSigner): boolean => source.protects(url) && !isOutOfReach(url);

/** What a player is told when there is no token. */
const failure = (error: unknown): Response =>
  isSecureTokenError(error) ? responseWithoutToken(error) : Response.error();
