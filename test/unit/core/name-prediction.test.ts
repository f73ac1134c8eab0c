import { describe, expect, test } from 'vitest';
import type { ListedSegment } from '../../../packages/core/src/playlists/media-playlist.ts';
import { NamePrediction } from '../../../packages/core/src/playlists/name-prediction.ts';
import { each, fakeTime, range, segment } from './lab.ts';
import { live, media, liveViewer } from './live-viewer.ts';

fakeTime();

/** Timestamps that are often, but not always, as far apart. */
const nearlyConstant = (n: number): number => n * 90_000 + (n % 5 === 0 ? 7 : 0);

describe('names that come otherwise', () => {
  /** Segments of another counter from `first` on. */
  const broken = (first: number, by: number) => (last: number) =>
    live(last, (n) => (n < first ? `${n}.ts` : n === first ? `#EXT-X-DISCONTINUITY\n${n + by}.ts` : `${n + by}.ts`));

  test('a break with another counter: three of it are believed again', async () => {
    const viewer = await liveViewer();
    await viewer.watch(2);
    const calls = viewer.calls.length;
    viewer.waits.length = 0;
    await viewer.watch(12, broken(9, 500));
    expect(viewer.waits).toHaveLength(3);
    expect(media(viewer, calls)).toEqual(expect.arrayContaining(range(509, 526)));
    // each of the first three, and what is filled up
    expect(viewer.calls.length - calls).toBeLessThan(7);
  });

  test('surprised twice, a playlist is not predicted for a minute', async () => {
    const viewer = await liveViewer();
    const name = (n: number): string => `${n + (n < 9 ? 0 : n < 15 ? 500 : 2000)}.ts`;
    await viewer.watch(10, (last) => live(last, name));
    const calls = viewer.calls.length;
    await viewer.watch(55, (last) => live(last, name));
    expect(media(viewer, calls), 'one by one').toEqual(range(2017, 2071));
    await viewer.watch(30, (last) => live(last, name));
    expect(viewer.calls.length - calls - 55).toBeLessThan(25);
  });

  test.each([
    ['with a discontinuity', 7, '#EXT-X-DISCONTINUITY\n'],
    ['without one', 20, ''],
  ])('breaks %s, every %i segments: predicted all the same', async (_, every, tag) => {
    const viewer = await liveViewer();
    const name = (n: number): string => `${n % every === 0 ? tag : ''}${n + Math.floor(n / every) * 1000}.ts`;
    await viewer.watch(20, (last) => live(last, name));
    viewer.waits.length = 0;
    await viewer.watch(100, (last) => live(last, name));
    expect(viewer.waits.length, 'three of each break').toBeLessThanOrEqual((100 / every) * 3 + 3);
  });

  test('who surprises again after the pause is left alone for twice as long, and longer', async () => {
    const viewer = await liveViewer(each(20), {}, (n) => `${nearlyConstant(n)}.ts`);
    await viewer.watch(900);
    const unused = media(viewer).length - viewer.requests / 2;
    expect(unused).toBeLessThan(30);
  });

  test('the first segment after a long absence is no surprise', async () => {
    const viewer = await liveViewer();
    await viewer.watch(3);
    viewer.last += 1000;
    await viewer.watch(3);
    viewer.last += 1000;
    await viewer.watch(2);
    expect(media(viewer)).toContain(segment(viewer.last + 5));
  });
});

const whole = (n: number, ...parts: string[]): ListedSegment => ({ uri: `s${n}.ts`, parts, seconds: 2 });
const begun = (...parts: string[]): ListedSegment => ({ uri: undefined, parts, seconds: 0 });
const partsOf = (n: number, name = 's'): string[] => [0, 1, 2, 3].map((i) => `${name}${n}.${i}.ts`);

/** A playlist to which one segment is added at a time. */
function stream(): { prediction: NamePrediction; add: (now: number) => boolean; jump: (now: number) => boolean } {
  const prediction = new NamePrediction();
  let listed: ListedSegment[] = [];
  let number = 0;
  const add = (now: number): boolean => {
    listed = [...listed, whole(++number)].slice(-4);
    prediction.learn(listed, now);
    return prediction.isBelieved;
  };
  /** Goes on with another counter, until it is known how that one goes on. @returns whether it is then believed */
  const jump = (now: number): boolean => {
    number += 1000;
    return [add(now), add(now), add(now)].at(-1)!;
  };
  jump(0);
  return { prediction, add, jump };
}

describe('what is compared', () => {
  test('a window of two segments: their names become known, one by one', () => {
    const prediction = new NamePrediction();
    for (const n of [1, 2, 3]) prediction.learn([whole(n), whole(n + 1)], n);
    expect(prediction.has('s5.ts')).toBe(true);
  });

  test('all that a reload adds, even if only one segment was known before', () => {
    const prediction = new NamePrediction();
    const numbers = [1, 2, 3, 4, 501, 502, 503, 1001, 1002, 1003];
    for (const from of [0, 3, 6])
      prediction.learn(
        numbers.slice(from, from + 4).map((n) => whole(n)),
        from,
      );
    expect(prediction.isBelieved, 'surprised twice').toBe(false);
  });

  test('parts: their names may surprise while those of the segments go on', () => {
    const prediction = new NamePrediction();
    const listed = 'aaabbbcc'.split('').map((name, n) => whole(n, ...partsOf(n, name)));
    for (let n = 0; n < 6; n++) prediction.learn(listed.slice(0, n + 1), n);
    expect(prediction.isBelieved, 'surprised once').toBe(true);
    for (let n = 6; n < 8; n++) {
      prediction.learn(listed.slice(0, n + 1), n);
      expect(prediction.isBelieved, 'surprised twice').toBe(false);
    }
  });

  test.each([
    [5, 0, false],
    [6, 0, true],
    [6, 3, true],
    [3, 3, false],
  ])('%i names as predicted, and %i before: whether a surprise is forgotten', (after, before, isForgotten) => {
    const { add, jump } = stream();
    for (let n = 0; n < before; n++) add(0);
    jump(0);
    for (let n = 0; n < after; n++) add(0);
    expect(jump(0)).toBe(isForgotten);
  });
});

describe('the pause of a playlist that surprises', () => {
  test('twice as long each time, up to an hour', () => {
    const { add, jump } = stream();
    expect(jump(0)).toBe(true);
    let now = 0;
    for (const pause of [60, 120, 240, 480, 960, 1920, 3600, 3600]) {
      expect(jump(now)).toBe(false);
      now += pause;
      expect(add(now - 0.1), `before ${now} s`).toBe(false);
      expect(add(now), `at ${now} s`).toBe(true);
    }
  });

  test('a minute again after many names as predicted', () => {
    const { add, jump } = stream();
    jump(0);
    jump(0);
    for (let n = 0; n < 7; n++) expect(add(60)).toBe(true);
    expect(jump(100)).toBe(true);
    expect(jump(100)).toBe(false);
    expect(add(159.9)).toBe(false);
    expect(add(160)).toBe(true);
  });
});

describe('upcoming', () => {
  const all = { segments: true, parts: true };
  const upcoming = (listed: ListedSegment[], wanted = all): { key: string; seconds: number }[] => {
    const prediction = new NamePrediction();
    prediction.learn(listed, 0);
    return [...prediction.upcoming(wanted)];
  };
  const listed = [7, 8, 9].map((n) => whole(n, ...partsOf(n)));
  const parts = (n: number, from = 0): object[] =>
    partsOf(n)
      .slice(from)
      .map((key) => ({ key, seconds: 0.5 }));
  const segment = (n: number, seconds: number): object => ({ key: `s${n}.ts`, seconds });

  test('parts of a segment that has not begun: all, and the segment after them', () => {
    const expected = [...parts(10), segment(10, 0), ...parts(11), segment(11, 0)];
    expect(upcoming(listed).slice(0, 10)).toEqual(expected);
  });

  test('parts of a segment that has begun: those that are not listed', () => {
    const expected = [...parts(10, 3), segment(10, 0), ...parts(11), segment(11, 0)];
    expect(upcoming([...listed, begun(...partsOf(10).slice(0, 3))]).slice(0, 7)).toEqual(expected);
  });

  test('what nobody wants is left out, and segments without parts are as long as they are', () => {
    expect(upcoming(listed, { segments: true, parts: false }).slice(0, 2)).toEqual([segment(10, 2), segment(11, 2)]);
    expect(upcoming(listed, { segments: false, parts: true }).slice(0, 8)).toEqual([...parts(10), ...parts(11)]);
    expect(upcoming([7, 8, 9].map((n) => whole(n))).slice(0, 2)).toEqual([segment(10, 2), segment(11, 2)]);
  });

  test('as many as a call takes, and few more', () => {
    for (const whose of [listed, [...listed, begun(...partsOf(10))], [7, 8, 9].map((n) => whole(n))]) {
      const { length } = upcoming(whose);
      expect(length).toBeGreaterThanOrEqual(100);
      expect(length).toBeLessThanOrEqual(110);
    }
  });

  test('nothing was learnt, or the playlist has ended: none', () => {
    expect([...new NamePrediction().upcoming(all)]).toEqual([]);
    const { prediction } = stream();
    prediction.end();
    expect([prediction.isBelieved, ...prediction.upcoming(all)]).toEqual([false]);
  });

  test('segments are as long as the last ones', () => {
    const { prediction } = stream();
    for (let n = 3000; n < 3010; n++) prediction.learn([whole(n), { ...whole(n + 1), seconds: 6 }], 0);
    expect(prediction.segmentSeconds).toBe(6);
  });
});

test('the duration of a segment is the average of the last five, however long the stream has been watched', () => {
  const prediction = new NamePrediction();
  const listed = (n: number): ListedSegment => ({ uri: segment(n), parts: [], seconds: n <= 5 ? 2 : 4 });
  for (let last = 4; last <= 10; last++) prediction.learn([last - 3, last - 2, last - 1, last].map(listed), last);
  expect(prediction.segmentSeconds).toBe(4);
});
