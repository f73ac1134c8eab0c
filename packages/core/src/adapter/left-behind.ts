/** The members of a media element that tell the position of playback. A player may have an object without `buffered`. */
export interface Playhead {
  readonly currentTime: number;
  readonly buffered?: Pick<TimeRanges, 'length' | 'end'>;
}

/** Players stall before their last picture ends: less than this, in seconds, counts as nothing to play. */
const NOTHING_SECONDS = 0.5;

/**
 * Tells whether a live stream has moved on past the playhead while no media arrived: a wait for a token has outlasted
 * the live window. The server no longer has the next segments, so an adapter makes playback continue at the live edge.
 * A player that still has media to play, plays it first.
 * @param windowStart in seconds on the timeline of the element: media before it cannot be loaded any more
 */
export function isLeftBehind({ currentTime, buffered }: Playhead, windowStart: number): boolean {
  if (!buffered) return false;
  const end = buffered.length > 0 ? buffered.end(buffered.length - 1) : 0;
  // at 0 playback has not begun: the player decides where it begins
  return currentTime > 0 && currentTime < windowStart && end < currentTime + NOTHING_SECONDS;
}
