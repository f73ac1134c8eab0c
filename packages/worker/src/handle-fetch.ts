import type { SignedRequest, TokenSource } from 'secure-token-core';
import { credentialsMode, isOutage, isSecureTokenError, replayCacheMode } from 'secure-token-core';
import { boundedRange, isMediaRequest, isWebKit } from './media-request.ts';
import { checkCors, isOutOfReach, reportMissing } from './missing-cors.ts';
import type { FetchEventLike } from './worker-scope.ts';

/** What `handleFetch` needs of a token source. */
export type RequestSigner = Pick<TokenSource, 'protects' | 'sign' | 'refused'>;

/** With this header a page asks whether media requests for the URL in it are signed; 204 is yes. */
const QUESTION = 'secure-token-signs';

const refusal = (error: unknown): Response =>
  isSecureTokenError(error)
    ? new Response(null, { status: isOutage(error) ? 503 : 403, statusText: error.code })
    : Response.error();

/** `undefined` is a failure without a status: the network, or an answer without CORS headers. */
async function send(
  { request }: FetchEventLike,
  { url, headers, credentials }: SignedRequest,
  cache: RequestCache,
): Promise<Response | undefined> {
  const range = boundedRange(request.url, request.headers.get('range'));
  // across origins it would cost a preflight, which few CDNs answer
  const condition = new URL(url).origin === location.origin && request.headers.get('if-range');
  try {
    return await fetch(url, {
      headers: { ...headers, ...(range && { range }), ...(condition && { 'if-range': condition }) },
      credentials: credentialsMode({ credentials }, request.mode === 'cors' ? request.credentials : undefined),
      cache,
      signal: request.signal,
      // of the page; the worker's own URL holds its settings
      referrer: request.referrer,
      referrerPolicy: request.referrerPolicy,
    });
  } catch {
    request.signal.throwIfAborted();
    return undefined;
  }
}

/**
 * The response as it came. A whole file goes on untouched: Chromium's HLS reads no other. A part of one is handed over
 * by the worker, which is kept alive until the player has read it.
 */
function pass(event: FetchEventLike, response: Response): Response {
  const { body, status, statusText, headers } = response;
  const [, end, total] = /^bytes 0-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  if (isWebKit() || !body || status !== 206 || (end && +end + 1 === +total!)) return response;
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  event.waitUntil(body.pipeTo(writable).catch(() => undefined));
  return new Response(readable, { status, statusText, headers });
}

async function answer(event: FetchEventLike, source: RequestSigner): Promise<Response> {
  const { request } = event;
  const { signal, url } = request;
  let cache: RequestCache = 'default';
  for (let signed = await source.sign(url, { signal }); ;) {
    if (!signed.token) return fetch(request);
    const response = await send(event, signed, cache);
    const replay = response?.ok ? undefined : await source.refused(signed, response?.status ?? 0, { signal });
    if (replay) {
      await response?.body?.cancel();
      cache = replayCacheMode(signed, replay);
      signed = replay;
    } else if (!response) {
      await checkCors(event, signed);
      // as the page has asked: its URL is signed already where it has fallen back on that
      return fetch(request);
    } else if (response.status === 206 && !response.headers.has('content-range')) {
      await reportMissing(
        event,
        signed,
        'Access-Control-Expose-Headers: Content-Range, Content-Length, Accept-Ranges, ETag',
      );
      return response;
    } else return pass(event, response);
  }
}

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
  const question = request.headers.get(QUESTION);
  const url = question ?? request.url;
  const signs = (!!question || isMediaRequest(request)) && source.protects(url) && !isOutOfReach(url);
  if (question) fetchEvent.respondWith(new Response(null, { status: signs ? 204 : 205 }));
  else if (signs) fetchEvent.respondWith(answer(fetchEvent, source).catch(refusal));
  return !!question || signs;
}
