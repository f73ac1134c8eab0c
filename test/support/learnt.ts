import { KnownPlaylist } from '../../packages/core/src/playlists/known-playlist.ts';
import { isLive, lastSegments } from '../../packages/core/src/playlists/media-playlist.ts';
import { LOOKED_AT } from '../../packages/core/src/playlists/name-prediction.ts';

/** What is known of a media playlist that was learnt at the time 0; its keys are the URIs as they stand there. */
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
