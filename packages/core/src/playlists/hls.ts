import type { Playlist } from '../contract/playlist.ts';
import { SecureTokenError } from '../contract/secure-token-error.ts';
import { learnMedia } from './known-playlists.ts';
import type { LearntPlaylist } from './known-playlists.ts';
import { isLive, isMediaPlaylist, lastSegments, windowStart } from './media-playlist.ts';
import { LOOKED_AT } from './name-prediction.ts';
import type { PlaylistOrder } from './playlist-order.ts';
import { createReadAhead } from './read-ahead.ts';
import { keyIn } from './url-order.ts';

/** @throws `ERR_OPTIONS` if `text` is not a string */
export function checkText(text: unknown, name: string): void {
  if (typeof text === 'string') return;
  const message = `${name}() takes the text of a playlist, not ${typeof text}: await response.text().`;
  throw new SecureTokenError('ERR_OPTIONS', message);
}

/**
 * Wraps the text of an HLS playlist for `learn` of a token source: `source.learn(url, hls(text))`. The source signs
 * nothing ahead of a multivariant playlist.
 * @throws `ERR_OPTIONS` if `text` is not a string
 */
export function hls(text: string): Playlist {
  checkText(text, 'hls');
  const playlist: LearntPlaylist = {
    createReadAhead,
    learn(key, known, { identify, now }) {
      if (!isMediaPlaylist(text)) return [];
      const keyOf = (uri: string): string => keyIn(key, uri, identify);
      const listed = lastSegments(text, LOOKED_AT).map(({ uri, parts, ...how }) => ({
        uri: uri && keyOf(uri),
        parts: parts.map(keyOf),
        ...how,
      }));
      const media = {
        url: key,
        isLive: isLive(text),
        learntAt: now(),
        lastSegments: listed,
        addTo: (order: PlaylistOrder) => order.learn(text, keyOf),
      };
      return learnMedia(known, media, keyOf(windowStart(text).uri ?? ''));
    },
  };
  return playlist;
}
