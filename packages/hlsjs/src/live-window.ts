import type Hls from 'hls.js';
import type { Fragment, LevelDetails, LoaderContext } from 'hls.js';

type Track = { readonly details?: LevelDetails | null } | undefined;

/** The playlist that hls.js has of what `frag` belongs to. */
function playlistOf(hls: Hls, { type, level }: Fragment): LevelDetails | null | undefined {
  const tracks: Record<string, readonly Track[]> = { audio: hls.audioTracks, subtitle: hls.subtitleTracks };
  return (tracks[type] ?? hls.levels)[level]?.details;
}

/**
 * Whether a segment may have left the live window while its request waited: the playlist does not have it any more, or
 * is itself older than its window, so that nothing which it names needs to be there.
 */
export function hasLeftWindow(
  { sn }: Pick<Fragment, 'sn'>,
  { live, startSN, age, totalduration }: Pick<LevelDetails, 'live' | 'startSN' | 'age' | 'totalduration'>,
): boolean {
  return live && (Number(sn) < startSN || age > totalduration);
}

/** Whether that is so of the segment that `context` asks for; never of a playlist or a key. */
export function isLeftBehindBy(hls: Hls, context: LoaderContext): boolean {
  const { frag } = context as { frag?: Fragment };
  const playlist = frag && playlistOf(hls, frag);
  return !!playlist && hasLeftWindow(frag, playlist);
}
