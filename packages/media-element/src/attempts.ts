/** After so many failures at one place playback has failed for good. */
const MAX_ATTEMPTS = 6;
/** Failures that are less than so many seconds apart in the media are at one place. */
const SAME_PLACE_SECONDS = 1;
/** Failures at one place after which the edge is believed that it refuses whatever it is given. */
const REFUSALS_BELIEVED_AFTER = 3;

/** Failures in a row at one place of the media. */
export interface Failures {
  readonly count: number;
  readonly position: number;
}

/** At no place. */
export const noFailures: Failures = { count: 0, position: NaN };

/**
 * `before` as far as they count for an element that is at `position`: once it has come past their place they are over.
 */
export const stillAt = (before: Failures, position: number): Failures =>
  Math.abs(position - before.position) < SAME_PLACE_SECONDS ? before : noFailures;

/** `before`, and one more at `position`: at another place they are counted anew. */
export const oneMore = (before: Failures, position: number): Failures => ({
  count: stillAt(before, position).count + 1,
  position,
});

export const isHopeless = ({ count }: Failures): boolean => count > MAX_ATTEMPTS;

/** Whether to wait before the next attempt. The first is made at once, and after the last there is none. */
export const needsPause = (failures: Failures): boolean => failures.count > 1 && !isHopeless(failures);

/** Whether the worker may be tried again: if it has not helped, the page signs by itself. */
export const mayTryWorker = ({ count }: Failures): boolean => count < 2;

/** Whether the media are at fault if the edge lets the request through: twice that may have been the network. */
export const isFaultOfMedia = ({ count }: Failures): boolean => count > 2;

export const isRefusedForGood = ({ count }: Failures): boolean => count > REFUSALS_BELIEVED_AFTER;
