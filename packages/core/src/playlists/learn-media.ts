import { KnownPlaylist } from './known-playlist.ts';
import type { MediaPlaylist } from './known-playlist.ts';
import type { KnownPlaylists } from './known-playlists.ts';
import type { Reloaded } from './learnt-playlist.ts';
import { withoutDirectives } from './media-playlist.ts';

/**
 * Takes in a media playlist.
 * @param firstSegment its key: by that a reload is known whose query is another one
 */
export function learnMedia(known: KnownPlaylists, media: MediaPlaylist, firstSegment: string): readonly Reloaded[] {
  let reloaded: readonly Reloaded[] = [];
  known.learn(withoutDirectives(media.url), {
    isContinued: (it) => it.kind === 'media' && it.order.has(firstSegment),
    next(found) {
      const playlist = found?.kind === 'media' ? found : new KnownPlaylist();
      const before = playlist.order.last;
      playlist.learn(media);
      if (before) reloaded = [{ rendition: playlist, before }];
      return playlist;
    },
  });
  return reloaded;
}
