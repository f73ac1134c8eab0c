import type { FetchEventLike } from './worker-scope.ts';

/**
 * `response` as one of the worker's own, which has no URL: the page sees that of its request. The worker is kept alive
 * until the body has been read.
 */
export function handOver(event: FetchEventLike, response: Response): Response {
  const { body, status, statusText, headers } = response;
  const init = { status, statusText, headers };
  if (!body) return new Response(null, init);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  event.waitUntil(body.pipeTo(writable).catch(() => undefined));
  return new Response(readable, init);
}
