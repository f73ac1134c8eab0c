import { describe, expect, test } from 'vitest';
import {
  comesAlong,
  firstSecondsOf,
  horizonOf,
  isHalfOver,
  isRefillDue,
  refillDelay,
} from '../../../packages/core/src/playlists/prediction-horizon.ts';

describe('horizonOf', () => {
  test.each([
    [20, 15, 10],
    [60, 45, 30],
    [80, 60, 40],
    [300, 60, 40],
    [0, 0, 0],
    [-5, 0, 0],
  ])('tokens of %i s', (lifetime, fullSeconds, refillSeconds) => {
    expect(horizonOf(lifetime)).toEqual({ fullSeconds, refillSeconds });
  });
});

describe('isRefillDue', () => {
  test.each([
    [20, 1, 9],
    [20, 4, 4],
    [5, 1, 1],
    [60, 2, 28],
    // a third of a second thirty times is not ten
    [20, 1 / 3, 29 / 3],
    [1, 2, 0],
  ])('tokens of %d s, a name each %d s: not before %d s are left', (lifetime, nameSeconds, left) => {
    const horizon = horizonOf(lifetime);
    expect(isRefillDue(left, nameSeconds, horizon)).toBe(true);
    expect(isRefillDue(left + nameSeconds, nameSeconds, horizon)).toBe(false);
  });
});

describe('an audience', () => {
  const horizon = horizonOf(20);

  test('signs ahead anything between where it refills and all of it, at first', () => {
    expect([0, 0.5, 1].map((random) => firstSecondsOf(horizon, 0.3, random))).toEqual([15, 12.5, 10]);
    expect(firstSecondsOf(horizon, 0.125, 1)).toBe(12.5);
    expect(firstSecondsOf(horizon, 0, 1)).toBe(15);
  });

  test('refills at any time until the next name, and soon where little is left', () => {
    expect([0, 0.5, 1].map((random) => refillDelay(9, 2, 0.3, random))).toEqual([0, 1, 2]);
    expect(refillDelay(1, 2, 0.3, 1)).toBe(0.25);
    expect(refillDelay(9, 2, 0, 1)).toBe(0);
  });
});

describe('the token of a playlist', () => {
  test('is reason enough for a refill once it is half over', () => {
    expect([10.1, 10].map((rest) => isHalfOver({ lifetime: 20, rest }))).toEqual([false, true]);
  });

  test('comes along if it would end before what is signed ahead does', () => {
    expect([18, 17].map((rest) => comesAlong({ lifetime: 20, rest }, horizonOf(20)))).toEqual([false, true]);
    expect([1801, 1800].map((rest) => comesAlong({ lifetime: 3600, rest }, horizonOf(3600)))).toEqual([false, true]);
  });
});
