import type Hls from 'hls.js';
import type { Fragment, LevelDetails, LoaderContext } from 'hls.js';

type Track = { readonly details?: LevelDetails | null } | undefined;

/** Returns the playlist to which `frag` belongs, as hls.js has it. */
function playlistOf(hls: Hls, { type, level }: Fragment): LevelDetails | null | undefined {
  const tracks: Record<string, readonly Track[]> = { audio: hls.audioTracks, subtitle: hls.subtitleTracks };
  return (tracks[type] ?? hls.levels)[level]?.details;
}

/**
 * Tells whether a segment may have left the live window while its request waited. Either the playlist does not list it
 * any more, or the playlist is older than its own window, so that the server may have none of its segments any more.
 */
export function hasLeftWindow(
  { sn }: Pick<Fragment, 'sn'>,
  { live, startSN, age, totalduration }: Pick<LevelDetails, 'live' | 'startSN' | 'age' | 'totalduration'>,
): boolean {
  return live && (Number(sn) < startSN || age > totalduration);
}

/** Tells whether the segment that `context` requests may have left the live window; false for a playlist or a key. */
export function isLeftBehindBy(hls: Hls, context: LoaderContext): boolean {
  const { frag } = context as { frag?: Fragment };
  const playlist = frag && playlistOf(hls, frag);
  return !!playlist && hasLeftWindow(frag, playlist);
}
