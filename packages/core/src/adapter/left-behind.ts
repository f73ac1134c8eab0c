/** The members of a media element that tell where playback stands. */
export interface Playhead {
  readonly currentTime: number;
  readonly buffered: Pick<TimeRanges, 'length' | 'end'>;
}

/** Players stall before their last picture ends: less than this, in seconds, is nothing to play. */
const NOTHING_SECONDS = 0.5;

/**
 * Whether a live stream has moved on past the playhead while nothing came: a wait for a token has outlasted the live
 * window. What would come next is gone from the server, so an adapter sees to it that playback goes on at the live
 * edge. Whoever still has media to play, plays it first.
 * @param windowStart in seconds on the timeline of the element: what is before it cannot be loaded any more
 */
export function isLeftBehind({ currentTime, buffered }: Playhead, windowStart: number): boolean {
  const end = buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
  // at 0 playback has not begun: where it does is up to the player
  return currentTime > 0 && currentTime < windowStart && end < currentTime + NOTHING_SECONDS;
}
