import { describe, expect, test } from 'vitest';
import type { ListedSegment } from '../../../packages/core/src/playlists/media-playlist.ts';
import { continuationOf, predictSegments } from '../../../packages/core/src/playlists/predict-names.ts';

const next = (...names: string[]): string | undefined => continuationOf(names)?.(1);
const HOST = 'https://cdn9.test:8443';

describe('continuationOf', () => {
  test.each([
    ['a number', 'seg8.ts', 'seg9.ts', 'seg10.ts', 'seg11.ts'],
    ['padded', 'seg0098.ts', 'seg0099.ts', 'seg0100.ts', 'seg0101.ts'],
    ['padded, beyond its width', 'seg98.ts', 'seg99.ts', 'seg100.ts', 'seg101.ts'],
    ['a step of more than one', '0.m4s', '96000.m4s', '192000.m4s', '288000.m4s'],
    ['in a folder', '7/a/seg.ts', '8/a/seg.ts', '9/a/seg.ts', '10/a/seg.ts'],
    ['in the query', 'seg?n=08&x', 'seg?n=09&x', 'seg?n=10&x', 'seg?n=11&x'],
    ['a timestamp', 'v1700000000.ts', 'v1700000006.ts', 'v1700000012.ts', 'v1700000018.ts'],
    ['in milliseconds', '1700000000000', '1700000002002', '1700000004004', '1700000006006'],
    ['in nanoseconds', '1700000000000000000', '1700000002000000000', '1700000004000000000', '1700000006000000000'],
    ['a number and a timestamp', 'a1-100.ts', 'a2-104.ts', 'a3-108.ts', 'a4-112.ts'],
    ['beside numbers that stay', 'v03/720p/s1.ts', 'v03/720p/s2.ts', 'v03/720p/s3.ts', 'v03/720p/s4.ts'],
    ['before another URL', `7.ts?of=${HOST}/a`, `8.ts?of=${HOST}/a`, `9.ts?of=${HOST}/a`, `10.ts?of=${HOST}/a`],
    ['with escapes', 's%2C7.ts', 's%2C8.ts', 's%2C9.ts', 's%2C10.ts'],
    ['of a host', `${HOST}/1/7.ts`, `${HOST}/1/8.ts`, `${HOST}/1/9.ts`, `${HOST}/1/10.ts`],
  ])('%s', (_, first, second, third, expected) => {
    expect(next(first, second, third)).toBe(expected);
  });

  test('many steps ahead', () => {
    expect(continuationOf(['s097.ts', 's098.ts', 's099.ts'])!(100)).toBe('s199.ts');
  });

  test.each([
    ['hashes', 'a3f9.ts', '77be.ts', 'c01d.ts'],
    ['steps that differ', 's1.ts', 's2.ts', 's4.ts'],
    ['timestamps that are not regular', '1700000000123.ts', '1700000002125.ts', '1700000004126.ts'],
    ['numbers that become smaller', 's9.ts', 's8.ts', 's7.ts'],
    ['one name', 's1.ts', 's1.ts', 's1.ts'],
    ['no numbers', 'a.ts', 'b.ts', 'c.ts'],
    ['another text in the last', 's1.ts', 's2.ts', 't3.ts'],
    ['another number of numbers', 's1.ts', 's2.ts', 's3-1.ts'],
    ['hosts', 'https://c1.test/a', 'https://c2.test/a', 'https://c3.test/a'],
    ['ports', 'https://c.test:8001/a', 'https://c.test:8002/a', 'https://c.test:8003/a'],
    ['escapes', 'a%10', 'a%11', 'a%12'],
    ['long ones', ...['1', '2', '3'].map((n) => n.padStart(3000, 'a'))],
  ])('no pattern: %s', (_, ...names) => {
    expect(next(...names)).toBeUndefined();
  });

  test('three names, no fewer', () => {
    expect(next('s1.ts', 's2.ts')).toBeUndefined();
    expect(next()).toBeUndefined();
  });
});

const seconds = 2;
const whole = (n: number, ...parts: string[]): ListedSegment => ({ uri: `s${n}.m4s`, parts, seconds });
const begun = (...parts: string[]): ListedSegment => ({ uri: undefined, parts, seconds: 0 });
const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe('predictSegments', () => {
  test('segments without parts', () => {
    expect(predictSegments([whole(7), whole(8), whole(9)], 2)).toEqual([
      { uri: 's10.m4s', parts: [] },
      { uri: 's11.m4s', parts: [] },
    ]);
  });

  const ofSegment = (n: number, count = 3): string[] => numbers(0, count - 1).map((i) => `s${n}.${i}.m4s`);

  test('parts that are counted in their segment, from the one that has begun', () => {
    const listed = [...[7, 8, 9].map((n) => whole(n, ...ofSegment(n))), begun('s10.0.m4s')];
    expect(predictSegments(listed, 2)).toEqual([
      { uri: 's10.m4s', parts: [undefined, 's10.1.m4s', 's10.2.m4s'] },
      { uri: 's11.m4s', parts: ofSegment(11) },
    ]);
  });

  test('a part more now and then: that one is not known', () => {
    const listed = [whole(7, ...ofSegment(7)), whole(8, ...ofSegment(8)), whole(9, ...ofSegment(9, 4))];
    expect(predictSegments(listed, 1)[0]!.parts).toEqual([...ofSegment(10), undefined]);
  });

  test('parts that are counted through, however many a segment has', () => {
    const part = (n: number): string => `p${n}.mp4`;
    const listed = [
      whole(7, ...numbers(1, 3).map(part)),
      whole(8, ...numbers(4, 7).map(part)),
      whole(9, ...numbers(8, 10).map(part)),
      begun(part(11), part(12)),
    ];
    expect(predictSegments(listed, 2).map(({ parts }) => parts)).toEqual([
      [undefined, undefined, part(13)],
      [part(14), part(15), part(16)],
    ]);
  });

  test('ranges of one file: its name', () => {
    const listed = [7, 8, 9].map((n) => whole(n, `s${n}.m4s`));
    expect(predictSegments([...listed, begun('s10.m4s')], 2)).toEqual([
      { uri: 's10.m4s', parts: [undefined] },
      { uri: 's11.m4s', parts: ['s11.m4s'] },
    ]);
  });

  test('within a segment the parts are always in a row: two segments show no step', () => {
    const listed = [whole(9, ...ofSegment(9)), begun(...ofSegment(10))];
    expect(predictSegments(listed, 1)).toEqual([{ uri: undefined, parts: [undefined, undefined, undefined] }]);
  });

  test('parts named by hashes beside segments with numbers', () => {
    const listed = [whole(7, 'a1c', 'b9'), whole(8, '4f', 'e'), whole(9, '33d', 'f0')];
    expect(predictSegments(listed, 1)).toEqual([{ uri: 's10.m4s', parts: [undefined, undefined] }]);
  });

  test('nothing is listed', () => {
    expect(predictSegments([], 1)).toEqual([{ uri: undefined, parts: [] }]);
  });
});
