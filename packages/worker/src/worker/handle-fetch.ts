import { workerQuestion } from 'secure-token-core/adapter';
import { imageDelivery, isImageRequest } from './image-delivery.ts';
import { mediaDelivery } from './media-delivery.ts';
import { isMediaRequest } from './media-request.ts';
import { isOutOfReach } from './missing-cors.ts';
import type { RequestSigner } from './request-signer.ts';
import { answerSigned, failure } from './signed-answer.ts';
import type { FetchEventLike } from './worker-scope.ts';

/**
 * Answers a fetch event of a service worker if the browser's own player requests media at a URL that `source` protects,
 * or if the page shows an image from there. The request goes out signed and with its range, and once more if the edge
 * refuses it; the page gets the response as it came. Also answers the questions that pages ask the worker. Does not
 * touch other requests.
 *
 * @returns whether it answers
 */
export function handleFetch(event: Event, source: RequestSigner): boolean {
  const fetchEvent = event as Event & FetchEventLike;
  const { request } = fetchEvent;
  // a viewer who loads a page may have logged in
  if (request.mode === 'navigate') source.liftDenials?.();
  const askedUrl = request.headers.get(workerQuestion.header);
  const { yes, no } = workerQuestion;
  if (askedUrl) fetchEvent.respondWith(new Response(null, { status: canSign(askedUrl, source) ? yes : no }));
  else if (request.headers.has(workerQuestion.renewal)) fetchEvent.respondWith(renew(source).catch(failure));
  else if (isMediaRequest(request) && canSign(request.url, source))
    fetchEvent.respondWith(answerSigned(fetchEvent, source, mediaDelivery));
  else if (isImageRequest(request) && source.isProtectKnown !== false && source.protects(request.url))
    fetchEvent.respondWith(answerSigned(fetchEvent, source, imageDelivery));
  else return false;
  return true;
}

async function renew(source: RequestSigner): Promise<Response> {
  await source.renew?.();
  return new Response(null, { status: source.renew ? workerQuestion.yes : workerQuestion.no });
}

const canSign = (url: string, source: RequestSigner): boolean => source.protects(url) && !isOutOfReach(url);
