/** Why an element gets a new source: what it will ask for next would be refused, or has been. */
export type SwapReason = 'seek' | 'dry' | 'expiring' | 'error';

/** A response that has brought nothing for so many ms is taken for dead. */
const SILENCE_MS = 1500;
/** With less than so many seconds left the element halts. */
const DRY_SECONDS = 0.5;
const EXPIRING_SECONDS = 3;

/** Seconds of `buffered` from `time` on. */
function bufferedAhead(buffered: TimeRanges, time: number): number {
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= time + 0.1 && buffered.end(index) > time) return buffered.end(index) - time;
  }
  return 0;
}

export interface Occasion {
  readonly hasJustSought: boolean;
  readonly isLive: boolean;
}

/**
 * Watches `media`, and says whether it will soon ask for more, so that it needs a source whose token lives. As late as
 * possible: a swap drops what is buffered, and costs a moment without a moving picture.
 */
export function observeNeed(
  media: HTMLMediaElement,
  signal: AbortSignal,
): (occasion: Occasion) => SwapReason | undefined {
  let arrivedAt = 0;
  media.addEventListener('progress', () => (arrivedAt = performance.now()), { signal });
  return ({ hasJustSought, isLive }) => {
    const { currentTime, duration, buffered, paused, ended, seeking, readyState } = media;
    const ahead = bufferedAhead(buffered, currentTime);
    if (ahead >= duration - currentTime - 0.5) return undefined;
    if (hasJustSought && !ahead) return 'seek';
    // a response that is under way survives its token
    if (ended || (paused && !seeking) || performance.now() - arrivedAt < SILENCE_MS) return undefined;
    const isPlaying = readyState > 2 && !seeking;
    // WebKitGTK does not say what it has of HLS
    if (!buffered.length && isPlaying) return undefined;
    // what is buffered is a guess from bytes: in Chromium a film may halt seconds before it is used up
    if (ahead < DRY_SECONDS || (!hasJustSought && readyState < 3)) return 'dry';
    // near its edge a live stream never has more
    return ahead < EXPIRING_SECONDS && !isLive ? 'expiring' : undefined;
  };
}
