import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { DownloadProgress } from '../../../packages/progressive/src/progress-meter.ts';
import { createProgressMeter } from '../../../packages/progressive/src/progress-meter.ts';

describe('createProgressMeter', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const setUp = () => {
    const seen: DownloadProgress[] = [];
    const meter = createProgressMeter((progress) => seen.push(progress));
    const at = (ms: number, received: number, isLast = false): void => {
      vi.advanceTimersByTime(ms);
      meter({ received, total: 1e6, validator: '"a"' }, isLast);
    };
    return { seen, at };
  };

  test('is called ten times a second at most, and for the last one', () => {
    const { seen, at } = setUp();
    for (let step = 0; step < 100; step++) at(10, step * 1000);
    expect(seen.length).toBeLessThanOrEqual(10);
    at(1, 100_000, true);
    expect(seen.at(-1)).toMatchObject({ received: 100_000, total: 1e6, validator: '"a"' });
  });

  test('tells the rate of the last two seconds or so', () => {
    const { seen, at } = setUp();
    at(0, 0);
    for (let step = 1; step <= 50; step++) at(100, step * 10_000);
    expect(seen.at(-1)!.rate).toBeCloseTo(100_000, -3);
    for (let step = 1; step <= 100; step++) at(100, 500_000 + step * 20_000);
    expect(seen.at(-1)!.rate).toBeGreaterThan(190_000);
    expect(seen.at(-1)!.rate).toBeLessThan(201_000);
  });

  test('does not count what was there before, nor go below nothing after a restart', () => {
    const { seen, at } = setUp();
    at(0, 500_000);
    at(1000, 600_000);
    expect(seen.at(-1)!.rate).toBeCloseTo(100_000, 0);
    at(1000, 0);
    expect(seen.at(-1)!.rate).toBeGreaterThanOrEqual(0);
    at(0, 0, true);
    expect(Number.isFinite(seen.at(-1)!.rate)).toBe(true);
  });
});
