import { credentialsMode } from 'secure-token-core/adapter';
import type { Delivery } from './delivery.ts';
import { handOver } from './hand-over.ts';
import { boundedRange, isWebKit } from './media-request.ts';
import { checkCors, reportMissing } from './missing-cors.ts';

/** Without them a player cannot tell which part of a file it was given. */
const headersOfParts = 'Access-Control-Expose-Headers: Content-Range, Content-Length, Accept-Ranges, ETag';

/** The delivery to the browser's own player. */
export const mediaDelivery: Delivery = {
  request({ request }, { url, headers, credentials }) {
    const { mode, signal, referrer, referrerPolicy } = request;
    const range = boundedRange(request.url, request.headers.get('range'));
    // across origins it would cost a preflight, which few CDNs answer
    const condition = new URL(url).origin === location.origin && request.headers.get('if-range');
    return {
      headers: { ...headers, ...(range && { range }), ...(condition && { 'if-range': condition }) },
      credentials: credentialsMode({ credentials }, mode === 'cors' ? request.credentials : undefined),
      signal,
      // of the page; the worker's own URL holds its settings
      referrer,
      referrerPolicy,
    };
  },

  async answer(event, sent, response) {
    const isUnknownPart = response.status === 206 && !response.headers.has('content-range');
    if (isUnknownPart) await reportMissing(event, sent, headersOfParts);
    return isUnknownPart || isWebKit() || isWhole(response) ? response : handOver(event, response);
  },

  async failed(event, sent) {
    await checkCors(event, sent);
    // as the page has asked: its URL is signed already where it has fallen back on that
    return fetch(event.request);
  },
};

/** Whether all of a file was sent, be it as a part: Chromium's HLS reads no other body than that of the edge itself. */
function isWhole({ status, headers, body }: Response): boolean {
  const [, end, total] = /^bytes 0-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  return !body || status !== 206 || (end !== undefined && Number(end) + 1 === Number(total));
}
