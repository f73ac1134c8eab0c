import { describe, expect, test } from 'vitest';
import { each, fakeTime, range, segment } from './lab.ts';
import { live, media, viewer } from './live-viewer.ts';

fakeTime();

/** Timestamps that are often, but not always, as far apart. */
const nearlyConstant = (n: number): number => n * 90_000 + (n % 5 === 0 ? 7 : 0);

describe('names that come otherwise', () => {
  /** Segments of another counter from `first` on. */
  const broken = (first: number, by: number) => (last: number) =>
    live(last, (n) => (n < first ? `${n}.ts` : n === first ? `#EXT-X-DISCONTINUITY\n${n + by}.ts` : `${n + by}.ts`));

  test('a break with another counter: three of it are believed again', async () => {
    const it = await viewer();
    await it.watch(2);
    const calls = it.calls.length;
    it.waits.length = 0;
    await it.watch(12, broken(9, 500));
    expect(it.waits).toHaveLength(3);
    expect(media(it, calls)).toEqual(expect.arrayContaining(range(509, 526)));
    // each of the first three, and what is filled up
    expect(it.calls.length - calls).toBeLessThan(7);
  });

  test('surprised twice, a playlist is not predicted for a minute', async () => {
    const it = await viewer();
    const name = (n: number): string => `${n + (n < 9 ? 0 : n < 15 ? 500 : 2000)}.ts`;
    await it.watch(10, (last) => live(last, name));
    const calls = it.calls.length;
    await it.watch(55, (last) => live(last, name));
    expect(media(it, calls), 'one by one').toEqual(range(2017, 2071));
    await it.watch(30, (last) => live(last, name));
    expect(it.calls.length - calls - 55).toBeLessThan(25);
  });

  test.each([
    ['with a discontinuity', 7, '#EXT-X-DISCONTINUITY\n'],
    ['without one', 20, ''],
  ])('breaks %s, every %i segments: predicted all the same', async (_, every, tag) => {
    const it = await viewer();
    const name = (n: number): string => `${n % every === 0 ? tag : ''}${n + Math.floor(n / every) * 1000}.ts`;
    await it.watch(20, (last) => live(last, name));
    it.waits.length = 0;
    await it.watch(100, (last) => live(last, name));
    expect(it.waits.length, 'three of each break').toBeLessThanOrEqual((100 / every) * 3 + 3);
  });

  test('who surprises again after the pause is left alone for twice as long, and longer', async () => {
    const it = await viewer(each(20), {}, (n) => `${nearlyConstant(n)}.ts`);
    await it.watch(900);
    const unused = media(it).length - it.requests / 2;
    expect(unused).toBeLessThan(30);
  });

  test('the first segment after a long absence is no surprise', async () => {
    const it = await viewer();
    await it.watch(3);
    it.last += 1000;
    await it.watch(3);
    it.last += 1000;
    await it.watch(2);
    expect(media(it)).toContain(segment(it.last + 5));
  });
});
