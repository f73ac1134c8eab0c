import { expect, test } from 'vitest';
import { BoundedMap } from '../../../packages/core/src/bounded-map.ts';

const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const filled = (most: number | undefined, last: number): BoundedMap<number, number> => {
  const map = new BoundedMap<number, number>(most);
  for (const n of numbers(1, last)) map.set(n, n);
  return map;
};

test.each<[number, number, string]>([
  [10, 1, 'nothing is deleted'],
  [11, 1, 'nor within a tenth above the limit'],
  [12, 3, 'beyond that the oldest are, down to the limit'],
  [13, 3, 'many at a time'],
  [14, 5, 'and again'],
])('of %i entries in a map of ten the oldest is %i: %s', (last, oldest) => {
  expect([...filled(10, last).keys()]).toEqual(numbers(oldest, last));
});

test('setting a key again makes its entry the newest', () => {
  const map = filled(10, 11);
  map.set(1, 100).set(12, 12);
  expect([...map]).toEqual([...numbers(4, 11), 1, 12].map((n) => [n, n === 1 ? 100 : n]));
});

test('a map holds 20,000 entries by default: the names of a day of live television', () => {
  expect(filled(undefined, 22_000).size).toBe(22_000);
  expect(filled(undefined, 22_001).size).toBe(20_000);
});
