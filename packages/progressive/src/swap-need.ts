/** Why an element gets a new source: what it will ask for next would be refused, or has been. */
export type SwapReason = 'seek' | 'dry' | 'expiring' | 'error';

/** A response that has brought nothing for so many ms is taken for dead. */
const SILENCE = 1500;

/** Seconds of `buffered` from `time` on. */
function bufferedAhead(buffered: TimeRanges, time: number): number {
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= time + 0.1 && buffered.end(index) > time) return buffered.end(index) - time;
  }
  return 0;
}

/**
 * Watches `media`, and tells whether it will soon ask for more, so that it needs a source whose token lives. As late as
 * possible: a swap drops what is buffered, and costs a moment without a moving picture.
 */
export function observeNeed(
  media: HTMLMediaElement,
  signal: AbortSignal,
): (hasJustSought: boolean) => SwapReason | undefined {
  let arrivedAt = 0;
  media.addEventListener('progress', () => (arrivedAt = performance.now()), { signal });
  return (hasJustSought) => {
    const { currentTime, duration, buffered, paused, ended, seeking, readyState } = media;
    const ahead = bufferedAhead(buffered, currentTime);
    if (ahead >= duration - currentTime - 0.5) return undefined;
    if (hasJustSought && !ahead) return 'seek';
    // a response that is under way survives its token
    if (ended || (paused && !seeking) || performance.now() - arrivedAt < SILENCE) return undefined;
    // what is buffered is a guess from bytes: in Chromium a film may halt seconds before it is used up
    if (ahead < 0.5 || (!hasJustSought && readyState < 3)) return 'dry';
    return ahead < 3 ? 'expiring' : undefined;
  };
}
