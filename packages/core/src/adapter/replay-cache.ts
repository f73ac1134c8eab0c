import type { SignedRequest } from '../contract/token-source.ts';

/** The statuses of refusals that browsers may cache without being told to (RFC 9110 §15.1). */
const KEPT = [404, 405, 410, 414, 501];

/**
 * The cache mode of a fetch that replays `refused`: the cache may hold the refusal where the token is not in the URL.
 */
export const replayCacheMode = (refused: SignedRequest, replay: SignedRequest): RequestCache =>
  refused.url === replay.url ? 'reload' : 'default';

/**
 * Whether the cache has to be overwritten before a replay that cannot choose a cache mode, as that of an
 * XMLHttpRequest: it costs one more request.
 */
export const isRefusalCached = (refused: SignedRequest, replay: SignedRequest, status: number): boolean =>
  KEPT.includes(status) && replayCacheMode(refused, replay) === 'reload';
