import { letGo } from '../body.ts';
import type { SignOptions, SignedRequest, TokenSource } from '../contract/token-source.ts';
import { credentialsMode } from './token-carriers.ts';

/** The statuses of refusals that browsers may cache even if no header says so (RFC 9110 §15.1). */
const KEPT = [404, 405, 410, 414, 501];

/**
 * Returns the cache mode of a fetch that replays `refused`: if the token is not in the URL, the cache may hold the
 * refusal.
 */
export const replayCacheMode = (refused: SignedRequest, replay: SignedRequest): RequestCache =>
  refused.url === replay.url ? 'reload' : 'default';

/** The time-out of the extra request: it must not hold up the player's request, which has another time-out. */
const OVERWRITE_TIMEOUT_MS = 5000;

export interface ReplayOptions extends SignOptions {
  /** The method of the request: no cache answers a POST, such as a licence request. @default 'GET' */
  readonly method?: string;
}

/** Replaces the refusal in the browser's cache with the present answer of the edge to `replay`. */
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
    // the replay itself will show the failure
  }
}

/**
 * Does what `source.refused()` does, for requests that go through the cache of the browser and cannot choose a cache
 * mode, such as those of an XMLHttpRequest. If the token is not in the URL, the cache may answer the replay with a
 * refusal that it has kept: one extra request overwrites that refusal.
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
