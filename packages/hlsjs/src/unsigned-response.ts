import type { LoaderResponse } from 'hls.js';
import type { SignedRequest, TokenSource } from 'secure-token-core';
import { hls } from 'secure-token-core/playlists';

/** The text of a playlist; empty for anything else. */
const playlistOf = ({ data }: LoaderResponse): string =>
  typeof data === 'string' && data.startsWith('#EXTM3U') ? data : '';

/** EXT-X-DEFINE:QUERYPARAM reads the token from the URL of the playlist (RFC 8216bis §4.4.2.3). */
const readsToken = (playlist: string, { token }: SignedRequest): boolean =>
  Object.keys(token?.query ?? {}).some((name) => playlist.includes(`QUERYPARAM="${name}"`));

/** `response` as hls.js is to know it: from the unsigned URL. A playlist is shown to the source on the way. */
export function unsignedResponse(
  response: LoaderResponse,
  request: SignedRequest,
  source: TokenSource,
): LoaderResponse {
  const url = response.url && source.unsign(response.url);
  const playlist = playlistOf(response);
  if (playlist) source.learn(url || request.unsignedUrl, hls(playlist));
  return readsToken(playlist, request) ? response : { ...response, url };
}
