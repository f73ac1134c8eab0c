import type { Playlist } from '../contract/playlist.ts';
import { isMpd, parseDashManifest } from './dash-manifest.ts';
import { checkText, hls } from './hls.ts';
import { KnownManifest } from './known-manifest.ts';
import type { LearntPlaylist, Reloaded } from './known-playlists.ts';
import { createReadAhead } from './read-ahead.ts';

/**
 * Wraps the text of a DASH manifest for `learn` of a token source: `source.learn(url, dash(text))`.
 * @throws `ERR_OPTIONS` if `text` is not a string
 */
export function dash(text: string): Playlist {
  checkText(text, 'dash');
  const playlist: LearntPlaylist = {
    createReadAhead,
    learn(key, known, { identify, now, endpointNow }) {
      const manifest = parseDashManifest(text, { url: key, identify, now: endpointNow });
      if (manifest.representations.length === 0) return [];
      let reloaded: readonly Reloaded[] = [];
      known.learn(key, {
        isContinued: (it) => it.kind === 'manifest' && it.isContinuedBy(manifest),
        next(found) {
          if (found?.kind !== 'manifest') return new KnownManifest(manifest);
          found.follow(manifest);
          const played = found.renditions.filter((rendition) => rendition.isBeingPlayed(now()));
          reloaded = played.map((rendition) => ({ rendition, before: rendition.lastAsked }));
          return found;
        },
      });
      return reloaded;
    },
  };
  return playlist;
}

/**
 * Wraps `text` as `dash` or `hls` does, depending on how it begins: for apps that play both.
 * @throws `ERR_OPTIONS` if `text` is not a string
 */
export function hlsOrDash(text: string): Playlist {
  checkText(text, 'hlsOrDash');
  return isMpd(text) ? dash(text) : hls(text);
}
