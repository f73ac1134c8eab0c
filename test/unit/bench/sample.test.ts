import { expect, test } from 'vitest';
import { addSample } from '../../bench/players/sample.ts';

test('a sample is added to those of its contender, metric by metric', () => {
  let results = addSample({}, 'a', { frame: 1 });
  results = addSample(results, 'a', { frame: 2, wait: null });
  results = addSample(results, 'b', { frame: 3 });
  expect(results).toEqual({ a: { frame: [1, 2], wait: [null] }, b: { frame: [3] } });
});

test('what was there is left as it was', () => {
  const before = { a: { frame: [1] } };
  addSample(before, 'a', { frame: 2 });
  expect(before).toEqual({ a: { frame: [1] } });
});
