import type { SignedRequest } from 'secure-token-core';
import { words } from '../wire/protocol.ts';
import type { FetchEventLike } from './worker-scope.ts';
import { scope } from './worker-scope.ts';

/** The time for which the worker does not touch requests to an origin without CORS. */
const withoutCorsPauseMs = 60_000;

/** The longest wait for the request that tells whether the edge can be reached. */
const checkTimeoutMs = 5000;

/** Failures in this time after the first one may have the same cause: one broken connection has several requests. */
const sameFailureMs = 5000;

/** The end of the pause for each origin, by `performance.now()`, which the viewer cannot change. */
const pausedUntil = new Map<string, number>();

/**
 * The time until which a failed request does not mean that an origin sends no CORS headers: without an end after an
 * answer, which had them.
 */
const trustedUntil = new Map<string, number>();
/** The time until which a failed request of a script does not lead to another check, for each origin. */
const checkedUntil = new Map<string, number>();
const originOf = (url: string): string => new URL(url).origin;

/** Whether the worker cannot sign requests to this origin, as far as it has noticed. */
export const isOutOfReach = (url: string): boolean => (pausedUntil.get(originOf(url)) ?? 0) > performance.now();

/** Tells the page of the request which response header the edge does not send. The message has the unsigned URL. */
export async function reportMissing(
  { clientId }: FetchEventLike,
  { unsignedUrl }: SignedRequest,
  header: string,
): Promise<void> {
  const page = await scope.clients.get(clientId);
  page?.postMessage({ secureToken: words.problem, url: unsignedUrl, header });
}

/**
 * Finds out whether CORS headers are missing, after `request` has failed without a status: they are if the edge can be
 * reached without CORS. Tells the page if so.
 */
async function isCorsMissing(event: FetchEventLike, request: SignedRequest): Promise<boolean> {
  try {
    // no referrer, because the URL of the worker holds its settings
    const signal = AbortSignal.timeout(checkTimeoutMs);
    await fetch(request.url, { method: 'HEAD', mode: 'no-cors', referrerPolicy: 'no-referrer', signal });
  } catch {
    return false;
  }
  await reportMissing(event, request, 'Access-Control-Allow-Origin');
  return true;
}

/** Tells the page if the request failed because CORS headers are missing. Checks each origin once a minute. */
export async function reportMissingCors(event: FetchEventLike, request: SignedRequest): Promise<void> {
  const origin = originOf(request.url);
  if ((checkedUntil.get(origin) ?? 0) > performance.now()) return;
  checkedUntil.set(origin, performance.now() + withoutCorsPauseMs);
  await isCorsMissing(event, request);
}

/** Notes that the worker has received an answer from the origin of `request`, which therefore sends CORS headers. */
export const noteCors = ({ url }: SignedRequest): void => void trustedUntil.set(originOf(url), Infinity);

/**
 * Checks whether CORS headers are missing for a request of an element. If they are, the worker does not touch requests
 * to that origin for a while, because an element can do without CORS. After an answer with CORS headers, the first
 * failure, and others soon after it, may be a broken connection, or a file without these headers beside others with
 * them: the page is told, and requests are still signed.
 */
export async function checkCors(event: FetchEventLike, request: SignedRequest): Promise<void> {
  const origin = originOf(request.url);
  const now = performance.now();
  const until = trustedUntil.get(origin) ?? 0;
  if (now < until) {
    trustedUntil.set(origin, Math.min(until, now + sameFailureMs));
    await reportMissingCors(event, request);
  } else if (await isCorsMissing(event, request)) {
    pausedUntil.set(origin, performance.now() + withoutCorsPauseMs);
  }
}
