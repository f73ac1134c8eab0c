import type { Representation } from './content-range.ts';

/** The limit of attempts in a row that bring no byte: about a minute. Time offline does not count. */
const maxAttempts = 8;
/** The limit of refusals in a row, each of a renewed token. */
const maxRefusals = 3;
/** The limit of restarts, for a file that changes all the time. */
const maxRestarts = 3;
/** Client errors that may pass: time-out, a range that the file does not have (any more), too many requests. */
const TEMPORARY: readonly number[] = [408, 416, 429];

/** A request that has ended before the file was complete. */
export interface FailedAttempt {
  /** The status of the response; 0 if there was none. */
  readonly status: number;
  /** Whether the option `refusals` names the status. A failure without a status always counts as one of the network. */
  readonly isRefusal: boolean;
  /** Attempts in a row before this one that brought no byte. An attempt that is replayed at once does not count. */
  readonly attempts: number;
}

/** The next step: another attempt after a pause, or the reason to end the download. */
export type NextStep = 'retry' | 'not found' | 'refused' | 'no more data';

/** Decides what follows a failed attempt for which there is no replay. */
export function stepAfter({ status, isRefusal, attempts }: FailedAttempt): NextStep {
  const isClientError = status >= 400 && status < 500;
  if (isClientError && !isRefusal && !TEMPORARY.includes(status)) return 'not found';
  if (isRefusal && attempts >= maxRefusals) return 'refused';
  return attempts >= maxAttempts ? 'no more data' : 'retry';
}

/** The version of the file that is being downloaded, as far as responses have described it. */
export type FileVersion = Omit<Representation, 'start'>;

/**
 * Whether a response describes the file: a success does, and so does a 416. A refusal does not, whatever its status,
 * except for a 416 with a length: the server of the file names the length in a 416, and an edge that refuses does not.
 */
export function describesFile({ status, ok }: Response, { total }: FileVersion, isRefusal: boolean): boolean {
  if (isRefusal) return status === 416 && total !== undefined;
  return ok || status === 416;
}

const differ = <T>(before: T | undefined, now: T | undefined): boolean => !!before && !!now && before !== now;

/** Whether `now` is another version than `before`, as far as the server tells. */
export const isOtherVersion = (before: FileVersion, now: FileVersion): boolean =>
  differ(before.validator, now.validator) || differ(before.total, now.total);

/**
 * Whether a download may start again from the first byte. It may not if it continues an earlier download, if the target
 * cannot take back what was written, or after `maxRestarts` restarts.
 */
export const mayRestart = (begin: number, canTakeBack: boolean, restarts: number): boolean =>
  begin === 0 && canTakeBack && restarts < maxRestarts;

/** Returns the headers of a request for the rest of a file, from `position` on. */
export function rangeHeaders(
  position: number,
  validator: string | undefined,
  isSameOrigin: boolean,
): Record<string, string> {
  if (!position) return {};
  // across origins `If-Range` would cost a preflight, and `isOtherVersion` notices a changed file without it
  return { range: `bytes=${position}-`, ...(isSameOrigin && validator && { 'if-range': validator }) };
}
