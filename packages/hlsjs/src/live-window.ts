import type Hls from 'hls.js';
import type { Fragment, LevelDetails, LoaderContext } from 'hls.js';
import { isLeftBehind } from 'secure-token-core/adapter';

type Playlists = readonly ({ readonly details?: LevelDetails | null } | undefined)[];

/**
 * Tells whether the segment that `context` requests may have left the live window while the request waited: the
 * playlist does not list it any more, or is older than its own window. The same for its key; false for a playlist.
 */
export function hasLeftWindow(hls: Hls, context: LoaderContext): boolean {
  const { frag } = context as { frag?: Fragment };
  if (!frag) return false;
  const others: Record<string, Playlists> = { audio: hls.audioTracks, subtitle: hls.subtitleTracks };
  const details = (others[frag.type] ?? hls.levels)[frag.level]?.details;
  return !!details?.live && (Number(frag.sn) < details.startSN || details.age > details.totalduration);
}

/**
 * Makes `hls` continue at its live sync position after a wait for a token has outlasted the live window. hls.js 1.6 and
 * 1.7 do that themselves only if they have requested a segment since they last waited for a playlist. Before the first
 * picture, hls.js waits for ever if the window moves past the first segment of a separate audio rendition.
 */
export function returnToLive(hls: Hls): void {
  /** The last segment of the live stream whose playback has not begun, when its playlist was first seen. */
  let seen: { readonly url: string | null; readonly endSN: number } | undefined;
  const { LEVEL_UPDATED } = (hls.constructor as typeof Hls).Events;
  hls.on(LEVEL_UPDATED, (_, { details }) => {
    // lets hls.js decide first: it does so in the same task, as the app has configured it
    queueMicrotask(() => {
      const { media, config, url } = hls;
      // another listener may have destroyed hls.js: then `liveSyncPosition` would throw
      const position = media && details.live ? hls.liveSyncPosition : null;
      if (!media || position === null) return;
      if (seen?.url !== url || media.readyState > 0) seen = { url, endSN: details.endSN };
      if (details.startSN > seen.endSN && hls.audioTracks.length > 0) {
        seen = undefined;
        hls.startLoad(position);
      } else if (
        position <= media.duration &&
        isLeftBehind(media, details.fragmentStart - config.maxFragLookUpTolerance)
      )
        media.currentTime = position;
    });
  });
}
