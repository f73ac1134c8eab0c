import { credentialsMode } from 'secure-token-core/adapter';
import { handOver } from './hand-over.ts';
import { boundedRange, isWebKit } from './media-request.ts';
import { checkCors, noteCors, reportMissing } from './missing-cors.ts';
import type { Delivery } from './signed-answer.ts';

/** The headers without which a player cannot tell which part of a file it has received. */
const headersOfParts = 'Access-Control-Expose-Headers: Content-Range, Content-Length, Accept-Ranges, ETag';

/** The delivery to the browser's own player. */
export const mediaDelivery: Delivery = {
  request({ request }, { url, headers, credentials }) {
    const { mode, signal, referrer, referrerPolicy } = request;
    const range = boundedRange(request.url, request.headers.get('range'));
    // across origins `If-Range` would cost a preflight, which few CDNs answer
    const condition = new URL(url).origin === location.origin && request.headers.get('if-range');
    return {
      headers: { ...headers, ...(range && { range }), ...(condition && { 'if-range': condition }) },
      credentials: credentialsMode({ credentials }, mode === 'cors' ? request.credentials : undefined),
      signal,
      // the referrer of the page, because the worker's own URL holds its settings
      referrer,
      referrerPolicy,
    };
  },

  async answer(event, sent, response) {
    noteCors(sent);
    const isUnknownPart = response.status === 206 && !response.headers.has('content-range');
    if (__DEVELOPMENT__ && isUnknownPart) await reportMissing(event, sent, headersOfParts);
    return isUnknownPart || isWebKit() || isWhole(response) ? response : handOver(event, response);
  },

  async failed(event, sent) {
    await checkCors(event, sent);
    // sends the request as the page has made it: its URL is already signed if the page plays without the worker by now
    return fetch(event.request);
  },
};

/**
 * Whether the response contains the whole file, also with status 206. The worker passes such a response on unchanged,
 * because Chromium's HLS player reads only the original body from the edge.
 */
function isWhole({ status, headers, body }: Response): boolean {
  const [, end, total] = /^bytes 0-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  return !body || status !== 206 || (end !== undefined && Number(end) + 1 === Number(total));
}
