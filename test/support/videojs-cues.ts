import type { VideojsSnapshot } from './videojs-player-page.ts';
import type { VideojsPage } from './videojs-player.ts';

/** One in each segment of two seconds of the film. */
const CUES = 10;
/** Playback may have come so far before the list of the subtitles is there: VHS begins with those of that moment. */
const LATE = 2;

/**
 * Whether the film has been played to its end and all of its cues are there, from the first that was asked for: the
 * last may come after the picture. Where the video is late, VHS plays on with the audio that it has, seeks to where that
 * ends and drops the cues before, with tokens and without: those need not be there.
 */
export function hasPlayed({ requests }: VideojsPage): (seen: VideojsSnapshot) => boolean {
  return ({ ended, cueStarts, underflows }) => {
    const numbers = new Set(cueStarts.map((start) => Math.floor(start / 2)));
    const first = Math.min(...numbers);
    const asked = requests.flatMap((url) => /s00(\d)\.vtt/.exec(url)?.slice(1).map(Number) ?? []);
    const isFirst = underflows > 0 ? first < CUES : first === Math.min(...asked) && first <= LATE;
    return ended && isFirst && numbers.size === CUES - first;
  };
}
