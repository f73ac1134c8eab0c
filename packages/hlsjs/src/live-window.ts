import type Hls from 'hls.js';
import type { Events, Fragment, LevelDetails, LoaderContext } from 'hls.js';
import { isLeftBehind } from 'secure-token-core/adapter';

/** Returns the names of the events: the app keeps its one copy of hls.js, so this package imports only types. */
const eventsOf = ({ constructor }: Hls): typeof Events => (constructor as typeof Hls).Events;

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
 * 1.7 do that themselves only if they have requested a segment since they last waited for a playlist.
 */
export function returnToLive(hls: Hls): void {
  const hasLostStart = watchStart(hls);
  hls.on(eventsOf(hls).LEVEL_UPDATED, (_, { details, level }) => {
    // lets hls.js decide first: it does so in the same task, as the app has configured it
    queueMicrotask(() => {
      const { media, config } = hls;
      // another listener may have destroyed hls.js: then `liveSyncPosition` would throw
      const position = media && details.live ? hls.liveSyncPosition : null;
      if (!media || position === null) return;
      if (media.readyState === 0 && hls.audioTracks.length > 0 && hasLostStart(details, level)) hls.startLoad(position);
      else if (position <= media.duration && isLeftBehind(media, details.fragmentStart - config.maxFragLookUpTolerance))
        media.currentTime = position;
    });
  });
}

/**
 * Watches the first segment of the main playlist. hls.js buffers it only when the first segment of a separate audio
 * rendition has arrived, and requests no audio segment that begins later. If the live window moves past it meanwhile,
 * hls.js waits for ever.
 * @returns whether the live window has passed that segment by its own length: until then the server still has the audio
 *   segment (RFC 8216 §6.2.2)
 */
function watchStart(hls: Hls): (details: LevelDetails, level: number) => boolean {
  const { MANIFEST_LOADING, FRAG_LOADING, FRAG_LOADED } = eventsOf(hls);
  let loaded: Fragment | undefined;
  const isMain = ({ type, sn }: Fragment): boolean => (type as string) === 'main' && sn !== 'initSegment';
  hls.on(MANIFEST_LOADING, () => {
    loaded = undefined;
  });
  hls.on(FRAG_LOADING, (_, { frag }) => {
    if (isMain(frag)) loaded = undefined;
  });
  hls.on(FRAG_LOADED, (_, { frag }) => {
    if (isMain(frag)) loaded = frag;
  });
  return ({ startSN, endSN }, level) => {
    const isLost = loaded?.level === level && Number(loaded.sn) + (endSN - startSN + 1) < startSN;
    if (isLost) loaded = undefined;
    return isLost;
  };
}
