import { describe, expect, test } from 'vitest';
import { median } from '../../bench/compare.mjs';
import { describeDifference, describeSpread, measuredOf } from '../../bench/players/spread.ts';

test('median is the one in the middle, and leaves its values as they are', () => {
  const values = [9, 1, 5];
  expect(median(values)).toBe(5);
  expect(values).toEqual([9, 1, 5]);
});

test('measuredOf leaves out what has not come to an end', () => {
  expect(measuredOf([1, null, 0])).toEqual([1, 0]);
});

describe('describeSpread', () => {
  test.each<[string, (number | null)[], string]>([
    ['the median, the least and the most', [120.4, 100, 160], '120 (100–160)'],
    ['two digits of what is small', [0.1234, 0.1111, 3.456], '0.12 (0.11–3.5)'],
    ['no range where all are alike', [57, 57, 57], '57'],
    ['zero as such', [0, 0, 0], '0'],
    ['what came back only now and then', [1, null, 2], '2 (1–2), **1 of 3 never**'],
    ['what never came back', [null, null], '**never**'],
    ['nothing measured', [], '–'],
  ])('%s', (_, values, text) => {
    expect(describeSpread(values)).toBe(text);
  });

  test('says in the words of its column what has not happened', () => {
    expect(describeSpread([null], 'no picture')).toBe('**no picture**');
  });

  test('a metric that a contender does not have', () => {
    expect(describeSpread(undefined)).toBe('–');
  });
});

describe('describeDifference', () => {
  test('from the median of the base, in per cent', () => {
    expect(describeDifference([90, 100, 120], [100, 1, 1000])).toBe('0 % (−10 – +20)');
  });

  test.each([
    [[], [1]],
    [[1], []],
    [[null], [1]],
  ])('nothing to compare: %j and %j', (values, base) => {
    expect(describeDifference(values, base)).toBe('–');
  });
});
