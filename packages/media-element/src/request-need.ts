/** The reason for a new source: the edge would refuse the next request of the element, or a request has failed. */
export type SwapReason = 'seek' | 'dry' | 'expiring' | 'error';

/** A response that has delivered nothing for this many ms counts as dead. */
const SILENCE_MS = 1500;
/** With fewer seconds than this in the buffer, the element halts. */
const DRY_SECONDS = 0.5;
const EXPIRING_SECONDS = 3;

/** Returns the number of seconds that are buffered from `time` on. */
function bufferedAhead(buffered: TimeRanges, time: number): number {
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= time + 0.1 && buffered.end(index) > time) return buffered.end(index) - time;
  }
  return 0;
}

export interface Occasion {
  readonly hasJustSought: boolean;
  readonly isLive: boolean;
  /** The `performance.now()` at which data has arrived last. */
  readonly arrivedAt: number;
}

/**
 * Tells whether the element will soon request more data, and so needs a source with a live token. Tells so as late as
 * possible, because a change of source drops the buffer and stops the picture for a moment.
 */
export function needOf(
  media: HTMLMediaElement,
  { hasJustSought, isLive, arrivedAt }: Occasion,
): SwapReason | undefined {
  const { currentTime, duration, buffered, paused, ended, seeking, readyState } = media;
  const ahead = bufferedAhead(buffered, currentTime);
  if (ahead >= duration - currentTime - 0.5) return undefined;
  if (hasJustSought && !ahead) return 'seek';
  // a response that is under way continues after its token has expired
  if (ended || (paused && !seeking) || performance.now() - arrivedAt < SILENCE_MS) return undefined;
  const isPlaying = readyState > 2 && !seeking;
  // WebKitGTK does not report the buffer of an HLS stream
  if (!buffered.length && isPlaying) return undefined;
  // `buffered` is an estimate from bytes: in Chromium a film may halt seconds before the end of the buffer
  if (ahead < DRY_SECONDS || (!hasJustSought && readyState < 3)) return 'dry';
  // near its live edge, a stream never has more in the buffer
  return ahead < EXPIRING_SECONDS && !isLive ? 'expiring' : undefined;
}
