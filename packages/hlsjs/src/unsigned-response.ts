import type { LoaderResponse } from 'hls.js';
import type { SignedRequest, TokenSource } from 'secure-token-core';
import { hls } from 'secure-token-core/playlists';

/** Whether EXT-X-DEFINE:QUERYPARAM reads the token from the URL of the playlist (RFC 8216bis §4.4.2.3). */
const readsToken = (playlist: string, { token }: SignedRequest): boolean =>
  Object.keys(token?.query ?? {}).some((name) => playlist.includes(`QUERYPARAM="${name}"`));

/** Returns `response` with the unsigned URL, unless its playlist reads the token from there. Learns a playlist. */
export function unsignedResponse(
  response: LoaderResponse,
  request: SignedRequest,
  source: TokenSource,
): LoaderResponse {
  const { data } = response;
  const url = response.url && source.unsign(response.url);
  const playlist = typeof data === 'string' && data.startsWith('#EXTM3U') ? data : '';
  if (playlist) source.learn(url || request.unsignedUrl, hls(playlist));
  return readsToken(playlist, request) ? response : { ...response, url };
}
