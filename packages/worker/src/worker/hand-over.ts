import type { FetchEventLike } from './worker-scope.ts';

/** The statuses with which a response is not allowed to have a body, be it empty. */
const withoutBody = [204, 205, 304];

/**
 * `response` as one of the worker's own, which has no URL: the page sees that of its request. The worker is kept alive
 * until the body has been read.
 */
export function handOver(event: FetchEventLike, response: Response): Response {
  const { body, status, statusText, headers } = response;
  const init = { status, statusText, headers };
  if (!body || withoutBody.includes(status)) return new Response(null, init);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  event.waitUntil(body.pipeTo(writable).catch(() => undefined));
  return new Response(readable, init);
}
