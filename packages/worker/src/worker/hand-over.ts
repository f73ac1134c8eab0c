import type { FetchEventLike } from './worker-scope.ts';

/** The statuses whose responses must not have a body, not even an empty one. */
const withoutBody = [204, 205, 304];

/**
 * Returns `response` as a response that the worker has made. Such a response has no URL, so the page sees the URL of
 * its request. Keeps the worker alive until the page has read the body.
 */
export function handOver(event: FetchEventLike, response: Response): Response {
  const { body, status, statusText, headers } = response;
  const init = { status, statusText, headers };
  if (!body || withoutBody.includes(status)) return new Response(null, init);
  const reader = body.getReader();
  event.waitUntil(reader.closed.catch(() => undefined));
  const passedOn: UnderlyingDefaultSource<Uint8Array> = {
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  };
  // reads when the page does: Firefox has no `TransformStream` before 102
  return new Response(new ReadableStream(passedOn, { highWaterMark: 0 }), init);
}
