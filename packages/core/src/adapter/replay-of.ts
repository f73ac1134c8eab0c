import { letGo } from '../body.ts';
import type { SignOptions, SignedRequest, TokenSource } from '../contract/token-source.ts';
import { credentialsMode } from './token-carriers.ts';

/** The statuses of refusals that browsers may cache without being told to (RFC 9110 §15.1). */
const KEPT = [404, 405, 410, 414, 501];

/**
 * The cache mode of a fetch that replays `refused`: the cache may hold the refusal where the token is not in the URL.
 */
export const replayCacheMode = (refused: SignedRequest, replay: SignedRequest): RequestCache =>
  refused.url === replay.url ? 'reload' : 'default';

/** The request of the player has a time-out of its own; the one before it must not hold it up. */
const OVERWRITE_TIMEOUT_MS = 5000;

export interface ReplayOptions extends SignOptions {
  /** The method of the request: no cache answers a POST, as one for a licence is. @default 'GET' */
  readonly method?: string;
}

/** Lets the browser's cache answer `replay` with what the edge says now. */
async function overwriteCached(replay: SignedRequest): Promise<void> {
  const { url, headers } = replay;
  try {
    const { body } = await fetch(url, {
      signal: AbortSignal.timeout(OVERWRITE_TIMEOUT_MS),
      cache: 'reload',
      headers,
      credentials: credentialsMode(replay),
    });
    letGo(body);
  } catch {
    // the replay will show it
  }
}

/**
 * As `source.refused()`, for requests that go through the cache of the browser and cannot choose a cache mode, as those
 * of an XMLHttpRequest. It may keep a refusal and answer the replay with that where the token is not in the URL: one
 * more request overwrites it.
 * @throws as `source.refused()`
 */
export async function replayOf(
  source: TokenSource,
  request: SignedRequest,
  status: number,
  options?: ReplayOptions,
): Promise<SignedRequest | undefined> {
  const replay = await source.refused(request, status, options);
  const isCached = KEPT.includes(status) && (options?.method ?? 'GET').toUpperCase() === 'GET';
  if (replay && isCached && replayCacheMode(request, replay) === 'reload') await overwriteCached(replay);
  return replay;
}
