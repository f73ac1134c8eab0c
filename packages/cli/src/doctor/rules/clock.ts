import type { Answer } from '../observations.ts';

/** Seconds that clocks may differ. */
const TOLERANCE = 5;

/** An interval of seconds that a clock is ahead of the one of this machine, as far as one answer tells. */
export interface Offset {
  readonly least: number;
  readonly most: number;
}

/** `undefined` for an answer without a date, and for one out of a cache, whose date is that of an earlier day. */
export function offsetByDate({ headers, sentMs, receivedMs }: Answer): Offset | undefined {
  const dateMs = Date.parse(headers.get('date') ?? '');
  if (Number.isNaN(dateMs) || headers.get('age') !== null) return undefined;
  // a date has whole seconds
  return { least: (dateMs - receivedMs) / 1000, most: (dateMs + 1000 - sentMs) / 1000 };
}

/** Compares a time in unix seconds that an answer tells. */
export const offsetByTime = (seconds: number, { sentMs, receivedMs }: Answer): Offset => ({
  least: seconds - receivedMs / 1000,
  most: seconds + 1 - sentMs / 1000,
});

/** Whole seconds that `offset` is off `reference`, negative behind it; 0 where it need not be. */
export function secondsOff({ least, most }: Offset, reference: Offset = { least: 0, most: 0 }): number {
  const [from, to] = [least - reference.most, most - reference.least];
  if (from > TOLERANCE) return Math.round(from);
  return to < -TOLERANCE ? Math.round(to) : 0;
}
