import type { Playlist } from 'secure-token-core';
import { KnownPlaylist } from '../../packages/core/src/playlists/known-playlist.ts';
import { KnownPlaylists } from '../../packages/core/src/playlists/known-playlists.ts';
import type { LearntPlaylist } from '../../packages/core/src/playlists/known-playlists.ts';
import { isLive, lastSegments } from '../../packages/core/src/playlists/media-playlist.ts';
import { LOOKED_AT } from '../../packages/core/src/playlists/name-prediction.ts';

/** Learns a media playlist at the time 0. The keys of what is learnt are the URIs as `text` has them. */
export function knownFrom(url: string, text: string): KnownPlaylist {
  const known = new KnownPlaylist();
  known.learn({
    url,
    isLive: isLive(text),
    learntAt: 0,
    lastSegments: lastSegments(text, LOOKED_AT),
    addTo: (order) => order.learn(text, (uri) => uri),
  });
  return known;
}

/** The URLs that follow `name` in the playlists that `learn` was given, by the URL of each playlist. */
export const namesAfter = (
  name: string,
  calls: readonly (readonly [url: string, playlist: Playlist])[],
): [string, string[]][] =>
  calls.map(([url, playlist]) => {
    const known = new KnownPlaylists();
    (playlist as LearntPlaylist).learn(url, known, { identify: (href) => href, now: () => 0, endpointNow: () => 0 });
    const key = new URL(name, url).href;
    return [url, [...(known.naming(key)?.order.after(key) ?? [])]];
  });
