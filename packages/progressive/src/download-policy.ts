import type { Representation } from './content-range.ts';

/** Attempts in a row that bring no byte: about a minute. Time offline does not count. */
const maxAttempts = 8;
/** Refusals in a row, each of a renewed token. */
const maxRefusals = 3;
/** Versions of a file that changes all the time. */
const maxRestarts = 3;
/** Client errors that pass: time-out, a range that is not there (any more), too many requests. */
const TEMPORARY: readonly number[] = [408, 416, 429];

/** A request that has ended without all that is missing. */
export interface FailedAttempt {
  /** 0: without one. */
  readonly status: number;
  /** As the team's `refusals` say; without a status it is a failure of the network in any case. */
  readonly isRefusal: boolean;
  /** Attempts in a row that brought no byte, before this one; what is replayed at once is none. */
  readonly attempts: number;
}

/** The next step: another attempt after a pause, or the end. */
export type NextStep = 'retry' | 'not found' | 'refused' | 'no more data';

/** @param failed has no replay */
export function stepAfter({ status, isRefusal, attempts }: FailedAttempt): NextStep {
  const isClientError = status >= 400 && status < 500;
  if (isClientError && !isRefusal && !TEMPORARY.includes(status)) return 'not found';
  if (isRefusal && attempts >= maxRefusals) return 'refused';
  return attempts >= maxAttempts ? 'no more data' : 'retry';
}

/** The version of a file that is being downloaded, as far as responses have told it. */
export type FileVersion = Omit<Representation, 'start'>;

/**
 * Whether a response says something about the file: a success does, and a 416. A refusal does not, whatever the edge
 * refuses with, but a 416 of the file's own server names the length, and that of an edge none.
 */
export function describesFile({ status, ok }: Response, { total }: FileVersion, isRefusal: boolean): boolean {
  if (isRefusal) return status === 416 && total !== undefined;
  return ok || status === 416;
}

const differ = <T>(before: T | undefined, now: T | undefined): boolean => !!before && !!now && before !== now;

/** Whether `now` is of another version than what came before, as far as the server says. */
export const isOtherVersion = (before: FileVersion, now: FileVersion): boolean =>
  differ(before.validator, now.validator) || differ(before.total, now.total);

/**
 * Whether a download may begin again: not where it was to go on from an earlier one, or what went down a stream cannot
 * be taken back, and not for ever.
 */
export const mayRestart = (begin: number, canTakeBack: boolean, restarts: number): boolean =>
  begin === 0 && canTakeBack && restarts < maxRestarts;

/** Headers for what is missing of a file of which everything up to `position` is at hand. */
export function rangeHeaders(
  position: number,
  validator: string | undefined,
  isSameOrigin: boolean,
): Record<string, string> {
  if (!position) return {};
  // across origins If-Range would cost a preflight; comparing does as well
  return { range: `bytes=${position}-`, ...(isSameOrigin && validator && { 'if-range': validator }) };
}
