import { expect } from 'vitest';
import type { RecordedStall } from './recording.ts';
import { starvedOf } from './recording.ts';

interface Seen {
  readonly stalls: readonly RecordedStall[];
}

/** Seconds without a picture, for want of media that nobody was asked for. */
const idleSeconds = ({ stalls }: Seen): number => starvedOf(stalls).reduce((sum, { idle }) => sum + idle, 0);

/** Seconds, less than any wait before a request is tried again for the second time. */
const SLACK = 2;

/**
 * Fails when a player stood still, and asked nobody for what it lacked, for longer than an untouched one that played the
 * same beside it. Both wait for the answers of a busy machine, and such a wait does not count.
 */
export function expectNoMoreWaits(seen: Seen, untouched: Seen): void {
  const [ours, theirs] = [idleSeconds(seen), idleSeconds(untouched)];
  expect(ours, `seconds without a picture, waiting for nobody; without tokens ${theirs}`).toBeLessThan(theirs + SLACK);
}
