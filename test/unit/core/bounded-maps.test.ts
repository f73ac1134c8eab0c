import { expect, test } from 'vitest';
import { BoundedMap } from '../../../packages/core/src/bounded-maps.ts';

const filled = (count: number): BoundedMap<number, string> => {
  const map = new BoundedMap<number, string>(100);
  for (let n = 0; n < count; n++) map.set(n, String(n));
  return map;
};

test('up to its limit it keeps everything, and beyond it the newest, and a tenth more at most', () => {
  expect(filled(100).size).toBe(100);
  for (let count = 101; count < 400; count++) {
    const map = filled(count);
    expect(map.size).toBeGreaterThanOrEqual(100);
    expect(map.size).toBeLessThanOrEqual(110);
    const kept = [...map.keys()];
    expect(kept).toEqual(Array.from(kept, (_, index) => count - kept.length + index));
  }
});

test('what is set again counts as new', () => {
  const map = filled(100);
  map.set(0, 'again');
  for (let n = 100; n < 199; n++) map.set(n, '');
  expect(map.get(0)).toBe('again');
  expect(map.has(1)).toBe(false);
});
