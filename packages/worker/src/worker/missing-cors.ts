import type { SignedRequest } from 'secure-token-core';
import { within } from 'secure-token-core/adapter';
import type { FetchEventLike } from './worker-scope.ts';
import { scope } from './worker-scope.ts';

/** The time for which the worker does not touch requests to an origin without CORS. */
const WITHOUT_CORS_PAUSE_MS = 60_000;

/** The longest wait for the request that tells whether the edge can be reached. */
const CHECK_TIMEOUT_MS = 5000;

/** The end of the pause for each origin, by `performance.now()`, which the viewer cannot change. */
const pausedUntil = new Map<string, number>();

/** The origins from which an answer has come, and which therefore send CORS headers. */
const withCors = new Set<string>();

const originOf = (url: string): string => new URL(url).origin;

/** Whether the worker cannot sign requests to this origin, as far as it has noticed. */
export const isOutOfReach = (url: string): boolean => (pausedUntil.get(originOf(url)) ?? 0) > performance.now();

/** Notes that the worker has received an answer from the origin of `request`. */
export const noteCors = ({ url }: SignedRequest): void => {
  withCors.add(originOf(url));
};

/** Tells the page of the request which response header the edge does not send. For development builds. */
export async function reportMissing(
  event: FetchEventLike,
  { unsignedUrl }: SignedRequest,
  header: string,
): Promise<void> {
  const page = await scope.clients.get(event.clientId);
  page?.postMessage({ secureToken: 'problem', url: unsignedUrl, header });
}

/**
 * Checks whether CORS headers are missing, after a request of an element has failed without a status: they are if the
 * edge can be reached without CORS. Then the worker does not touch requests to that origin for a while, because an
 * element can do without CORS. After an answer with CORS headers, a failure is a broken connection, or a file without
 * these headers beside others with them: the worker goes on signing.
 */
export async function checkCors(event: FetchEventLike, request: SignedRequest): Promise<void> {
  const origin = originOf(request.url);
  if (withCors.has(origin)) return;
  try {
    // no referrer, because the URL of the worker holds its settings
    await within(CHECK_TIMEOUT_MS, (signal) =>
      fetch(request.url, { method: 'HEAD', mode: 'no-cors', referrerPolicy: 'no-referrer', signal }),
    );
  } catch {
    return;
  }
  pausedUntil.set(origin, performance.now() + WITHOUT_CORS_PAUSE_MS);
  if (__DEVELOPMENT__) await reportMissing(event, request, 'Access-Control-Allow-Origin');
}
