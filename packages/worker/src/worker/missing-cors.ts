import type { SignedRequest } from 'secure-token-core';
import { words } from '../wire/protocol.ts';
import type { FetchEventLike } from './worker-scope.ts';
import { scope } from './worker-scope.ts';

/** For how long requests to an origin without CORS are left alone. */
const withoutCorsPauseMs = 60_000;

/** For how long the edge is waited for that is asked whether it is there. */
const checkTimeoutMs = 5000;

/** Until when, by `performance.now()`, which nobody sets; by origin. */
const pausedUntil = new Map<string, number>();
/** Until when an origin is not checked again for which a script's request has failed, by origin. */
const checkedUntil = new Map<string, number>();
const originOf = (url: string): string => new URL(url).origin;

/** Whether the worker cannot sign requests to this origin, as far as it has seen. */
export const isOutOfReach = (url: string): boolean => (pausedUntil.get(originOf(url)) ?? 0) > performance.now();

/** Tells the page that asked which response header the edge does not send; the URL as it is without a token. */
export async function reportMissing(
  { clientId }: FetchEventLike,
  { unsignedUrl }: SignedRequest,
  header: string,
): Promise<void> {
  const page = await scope.clients.get(clientId);
  page?.postMessage({ secureToken: words.problem, url: unsignedUrl, header });
}

/** `request` failed without a status: if the edge is there, then it is CORS that is missing. Tells the page so. */
async function isCorsMissing(event: FetchEventLike, request: SignedRequest): Promise<boolean> {
  try {
    // the URL of the worker holds its settings
    const signal = AbortSignal.timeout(checkTimeoutMs);
    await fetch(request.url, { method: 'HEAD', mode: 'no-cors', referrerPolicy: 'no-referrer', signal });
  } catch {
    return false;
  }
  await reportMissing(event, request, 'Access-Control-Allow-Origin');
  return true;
}

/** Tells the page where it was CORS that has failed; each origin is looked at once in a minute. */
export async function reportMissingCors(event: FetchEventLike, request: SignedRequest): Promise<void> {
  const origin = originOf(request.url);
  if ((checkedUntil.get(origin) ?? 0) > performance.now()) return;
  checkedUntil.set(origin, performance.now() + withoutCorsPauseMs);
  await isCorsMissing(event, request);
}

/** Checks CORS for an element, which can do without: its requests to an origin without CORS are left alone then. */
export async function checkCors(event: FetchEventLike, request: SignedRequest): Promise<void> {
  if (await isCorsMissing(event, request))
    pausedUntil.set(originOf(request.url), performance.now() + withoutCorsPauseMs);
}
