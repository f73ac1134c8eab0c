import type { VideojsSnapshot } from './videojs-player-page.ts';

/** One in each segment of two seconds of the film. */
const CUES = 10;

/** Playback may have come so far before the list of the subtitles is there: VHS begins with those of that moment. */
const LATE = 2;

/**
 * Whether the film has been played to its end and all of its cues are there: the last may come after the picture. Where
 * the video is late, VHS plays on with the audio that it has, seeks to where that ends and drops the cues before, with
 * tokens and without: those are not asked for.
 */
export function hasPlayed({ ended, cueStarts, underflows }: VideojsSnapshot): boolean {
  const numbers = new Set(cueStarts.map((start) => Math.floor(start / 2)));
  const first = Math.min(...numbers);
  return ended && first <= (underflows > 0 ? CUES - 1 : LATE) && numbers.size === CUES - first;
}
