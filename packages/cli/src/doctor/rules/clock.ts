import type { Answer } from '../observations.ts';

/** Seconds by which clocks may differ. */
const TOLERANCE = 5;

/** The interval of seconds by which a clock is ahead of the clock of this machine, as far as one answer shows. */
export interface Offset {
  readonly least: number;
  readonly most: number;
}

/**
 * Returns the offset by the header `Date`; `undefined` for an answer without a date, and for an answer from a cache,
 * whose date is that of an earlier day.
 */
export function offsetByDate({ headers, sentMs, receivedMs }: Answer): Offset | undefined {
  const dateMs = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(dateMs) || headers.get('age') !== null) return undefined;
  // a date is in whole seconds
  return { least: (dateMs - receivedMs) / 1000, most: (dateMs + 1000 - sentMs) / 1000 };
}

/** Returns the offset by a time in unix seconds that an answer contains. */
export const offsetByTime = (seconds: number, { sentMs, receivedMs }: Answer): Offset => ({
  least: seconds - receivedMs / 1000,
  most: seconds + 1 - sentMs / 1000,
});

/**
 * Returns the whole seconds by which `offset` differs from `reference`, negative if it is behind; 0 if the two may
 * agree.
 */
export function secondsOff({ least, most }: Offset, reference: Offset = { least: 0, most: 0 }): number {
  const [from, to] = [least - reference.most, most - reference.least];
  if (from > TOLERANCE) return Math.round(from);
  return to < -TOLERANCE ? Math.round(to) : 0;
}
