import { credentialsMode } from './credentials.ts';
import { letGo } from '../let-go.ts';
import { isRefusalCached, replayCacheMode } from './replay-cache.ts';
import type { SignOptions, SignedRequest, TokenSource } from '../contract/token-source.ts';

/** The request of the player has a time-out of its own; the one before it must not hold it up. */
const OVERWRITE_TIMEOUT_MS = 5000;

export interface ReplayOptions extends SignOptions {
  /** The method of the request: no cache answers a POST, as one for a licence is. @default 'GET' */
  readonly method?: string;
}

/** Lets the browser's cache answer `replay` with what the edge says now. */
async function overwriteCached(refused: SignedRequest, replay: SignedRequest): Promise<void> {
  const { url, headers } = replay;
  try {
    const { body } = await fetch(url, {
      signal: AbortSignal.timeout(OVERWRITE_TIMEOUT_MS),
      cache: replayCacheMode(refused, replay),
      headers,
      credentials: credentialsMode(replay),
    });
    letGo(body);
  } catch {
    // the replay will show it
  }
}

/**
 * As `source.refused()`, for requests that go through the cache of the browser and cannot choose a cache mode. It may
 * keep a refusal and answer the replay with that where the token is not in the URL.
 * @throws as `source.refused()`
 */
export async function replayOf(
  source: TokenSource,
  request: SignedRequest,
  status: number,
  options?: ReplayOptions,
): Promise<SignedRequest | undefined> {
  const replay = await source.refused(request, status, options);
  const isGet = (options?.method ?? 'GET').toUpperCase() === 'GET';
  if (replay && isGet && isRefusalCached(request, replay, status)) await overwriteCached(request, replay);
  return replay;
}
