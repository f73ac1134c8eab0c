import { describe, expect, test } from 'vitest';
import {
  isFaultOfMedia,
  isHopeless,
  isRefusedForGood,
  mayTryWorker,
  needsPause,
  noFailures,
  oneMore,
  stillAt,
} from '../../../packages/media-element/src/attempts.ts';

/** Returns what is thought after each of the failures at these positions. */
const after = (...positions: number[]) => positions.reduce(oneMore, noFailures);

describe('failures', () => {
  test.each([
    ['the first', [0], 1],
    ['again at the same place', [100, 100.9], 2],
    ['at another place', [100, 100, 101], 1],
    ['back where it was', [100, 300, 100], 1],
    ['at the start', [0, 0, 0], 3],
  ])('%s: %o count as %i', (_, positions, count) => {
    expect(after(...positions).count).toBe(count);
  });

  test('an element that has come past their place is rid of them, also when it comes back', () => {
    const failures = after(100, 100, 100);
    expect(stillAt(failures, 100.9)).toBe(failures);
    expect(oneMore(stillAt(failures, 101), 100).count).toBe(1);
  });

  test.each([
    [1, { pause: false, worker: true, media: false, refused: false, hopeless: false }],
    [2, { pause: true, worker: false, media: false, refused: false, hopeless: false }],
    [3, { pause: true, worker: false, media: true, refused: false, hopeless: false }],
    [4, { pause: true, worker: false, media: true, refused: true, hopeless: false }],
    [6, { pause: true, worker: false, media: true, refused: true, hopeless: false }],
    [7, { pause: false, worker: false, media: true, refused: true, hopeless: true }],
  ])('after %i at one place: %o', (count, expected) => {
    const failures = { count, position: 0 };
    expect({
      pause: needsPause(failures),
      worker: mayTryWorker(failures),
      media: isFaultOfMedia(failures),
      refused: isRefusedForGood(failures),
      hopeless: isHopeless(failures),
    }).toEqual(expected);
  });
});
