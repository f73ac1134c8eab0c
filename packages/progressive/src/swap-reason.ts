/** Why an element gets a new source: what it will ask for next would be refused, or has been. */
export type SwapReason = 'seek' | 'dry' | 'expiring' | 'error';

export interface Situation {
  /** Seconds that can be played from the current position on without asking for more. */
  readonly ahead: number;
  /** Seconds from the current position to the end; NaN while that is unknown. */
  readonly left: number;
  /** Data is arriving: a response that is under way survives its token. */
  readonly flowing: boolean;
  /** It plays, or waits for the picture of a seek. */
  readonly wanting: boolean;
  /** A seek has just begun. */
  readonly seeks: boolean;
}

/**
 * Whether an element whose token is no longer the current one needs a new source now. As late as possible: a swap drops
 * what is buffered, and costs a moment without a moving picture.
 */
export function swapReason({ ahead, left, flowing, wanting, seeks }: Situation): SwapReason | undefined {
  if (ahead >= left - 0.5) return undefined;
  if (seeks && !ahead) return 'seek';
  if (flowing || !wanting) return undefined;
  return ahead < 0.5 ? 'dry' : ahead < 3 ? 'expiring' : undefined;
}

/** Seconds of `buffered` from `time` on. */
export function bufferedAhead(buffered: TimeRanges, time: number): number {
  for (let index = 0; index < buffered.length; index++) {
    if (buffered.start(index) <= time + 0.1 && buffered.end(index) > time) return buffered.end(index) - time;
  }
  return 0;
}
