import type { SignOptions, SignedRequest, TokenSource } from '../contract/token-source.ts';
import { credentialsMode } from './token-carriers.ts';

/** The statuses of refusals that browsers may cache even if no header says so (RFC 9110 §15.1). */
const CACHED = [404, 405, 410, 414, 501];

/** The time-out of the extra request: it must not hold up the player's request, which has another time-out. */
const OVERWRITE_TIMEOUT_MS = 5000;

export interface ReplayOptions extends SignOptions {
  /** The method of the request: no cache answers a POST, such as a licence request. @default 'GET' */
  readonly method?: string;
  /** Sends the extra request, for adapters that replace the global function. @default the global fetch */
  readonly fetch?: typeof fetch;
}

/**
 * Does what `source.refused()` does, whatever sends the request. If the cache of the browser may answer the replay with
 * the refusal, one extra request overwrites that.
 * @throws as `source.refused()`
 */
export async function replayOf(
  source: Pick<TokenSource, 'refused'>,
  request: SignedRequest,
  status: number,
  { method = 'GET', fetch: send = fetch, ...how }: ReplayOptions = {},
): Promise<SignedRequest | undefined> {
  const replay = await source.refused(request, status, how);
  if (!replay || !CACHED.includes(status) || method.toUpperCase() !== 'GET') return replay;
  // the token is in the URL, which the cache does not know
  if (request.url !== replay.url) return replay;
  const { url, headers } = replay;
  const credentials = credentialsMode(replay);
  const signal = AbortSignal.timeout(OVERWRITE_TIMEOUT_MS);
  // the replay itself will show a failure
  const answer = await send(url, { signal, cache: 'reload', headers, credentials }).catch(() => undefined);
  void answer?.body?.cancel().catch(() => undefined);
  return replay;
}
