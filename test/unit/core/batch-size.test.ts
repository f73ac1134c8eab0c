import { describe, expect, test } from 'vitest';
import { MAX_URLS_PER_CALL } from '../../../packages/core/src/contract/token-source-options.ts';
import type { BatchSituation } from '../../../packages/core/src/playlists/batch-size.ts';
import { batchDelay, batchSize, isBatchDue } from '../../../packages/core/src/playlists/batch-size.ts';

/**
 * The situation of a viewer who plays in the rhythm of the film, an hour of segments of 4 s, with tokens of an hour.
 */
const steady: BatchSituation = {
  first: 6,
  requested: 900,
  interval: 4,
  segmentSeconds: 4,
  lifetime: 3600,
  renditions: 1,
};
const filling = { ...steady, interval: 0.1 };

describe('the names of a batch', () => {
  test.each<[string, Partial<BatchSituation>, number]>([
    ['none with readAhead: 0', { first: 0 }, 0],
    ['readAhead at the beginning', { requested: 1, interval: undefined }, 6],
    ['readAhead at the beginning, however short tokens live', { requested: 1, interval: undefined, lifetime: 8 }, 6],
    ['readAhead before half of what was requested is more', { requested: 13 }, 6],
    ['half of what was requested', { requested: 40 }, 20],
    ['at most what a call holds, beside the one that waits', {}, 99],
    ['at most a third of that for each of three renditions, one of which waits', { renditions: 3 }, 32],
    ['at least one, however many renditions are played', { renditions: 200 }, 1],
    ['what is requested in three quarters of the lifetime', { lifetime: 60 }, 11],
    ['of short tokens less than readAhead', { lifetime: 20 }, 3],
    ['the next one, if its token lives until then', { lifetime: 5 }, 1],
    ['none whose token would not live until it is requested', { lifetime: 4 }, 0],
    ['at half speed half as many', { lifetime: 60, interval: 8 }, 5],
    ['at double speed as many: tokens may live longer than needed', { lifetime: 60, interval: 2 }, 11],
    ['after a pause, as in the rhythm of the film', { lifetime: 60, interval: undefined }, 11],
    ['readAhead before a token has told how long it lives', { lifetime: undefined }, 6],
    ['readAhead where the playlist does not tell how long its segments are', { segmentSeconds: 0 }, 6],
  ])('%s', (_, situation, size) => {
    expect(batchSize({ ...steady, ...situation })).toBe(size);
  });

  test.each<[string, Partial<BatchSituation>, number]>([
    ['half of what was requested, beside what is left, however short tokens live', { requested: 60, lifetime: 20 }, 37],
    ['readAhead, beside what is left, before half of what was requested is more', { requested: 7 }, 7],
    ['at most what a call holds', { lifetime: 20 }, 99],
    ['faster than twice the rhythm is filling', { interval: 1.9, lifetime: 20 }, 99],
  ])('while a buffer fills: %s', (_, situation, size) => {
    expect(batchSize({ ...filling, ...situation })).toBe(size);
  });

  test('renditions that fill their share, and a request of each that waits, are one call', () => {
    for (let renditions = 1; renditions <= 50; renditions++)
      expect(renditions * (batchSize({ ...steady, renditions }) + 1)).toBeLessThanOrEqual(MAX_URLS_PER_CALL);
  });
});

test.each([
  [12, false, 2],
  [6, false, 1],
  [4, false, 0],
  [1, false, 0],
  [12, true, 5],
  [7, true, 3],
  [6, true, 2],
])('a batch of %i (live: %s) is filled up when %i are left', (size, isLive, left) => {
  expect(isBatchDue(left, size, isLive)).toBe(true);
  expect(isBatchDue(left + 1, size, isLive)).toBe(false);
});

test.each([
  ['in the rhythm of the film', 4, 1],
  ['after a pause', undefined, 1],
  ['at half speed', 8, 1],
  ['at double speed', 2, 0.5],
  ['while a buffer fills', 0.1, 0.025],
])('%s it is put off for a part of the time to the next request', (_, interval, delay) => {
  expect(batchDelay(interval, 4)).toBe(delay);
});
