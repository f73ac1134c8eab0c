/** Failures at one place that playback survives. The next failure there ends playback for good. */
const MAX_ATTEMPTS = 6;
/** Seconds of media. Two failures with less than this between them are at one place. */
const SAME_PLACE_SECONDS = 1;
/**
 * Failures at one place that another token may still solve. From the next one on, the edge counts as refusing every
 * token.
 */
const REFUSALS_BELIEVED_AFTER = 3;

/** Failures in a row at one place of the media. */
export interface Failures {
  readonly count: number;
  readonly position: number;
}

/** The state without failures. The position is NaN, so that no place counts as the same. */
export const noFailures: Failures = { count: 0, position: NaN };

/**
 * Returns `before` while the element is still at the place of these failures, and `noFailures` once it has left that
 * place.
 */
export const stillAt = (before: Failures, position: number): Failures =>
  Math.abs(position - before.position) < SAME_PLACE_SECONDS ? before : noFailures;

/** Returns `before` with one more failure at `position`. At another place, the count starts again. */
export const oneMore = (before: Failures, position: number): Failures => ({
  count: stillAt(before, position).count + 1,
  position,
});

export const isHopeless = ({ count }: Failures): boolean => count > MAX_ATTEMPTS;

/** Whether to wait before the next attempt. The first retry comes at once, and no retry follows the last failure. */
export const needsPause = (failures: Failures): boolean => failures.count > 1 && !isHopeless(failures);

/** Whether the token worker may sign for the next source. If the worker has not helped, the page signs instead. */
export const mayTryWorker = ({ count }: Failures): boolean => count < 2;

/**
 * Whether the media are the cause if the edge lets the request through. The network may have caused the first two
 * failures.
 */
export const isFaultOfMedia = ({ count }: Failures): boolean => count > 2;

export const isRefusedForGood = ({ count }: Failures): boolean => count > REFUSALS_BELIEVED_AFTER;
