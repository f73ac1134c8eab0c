import { describe, expect, test } from 'vitest';
import type { Representation } from '../../../packages/core/src/playlists/dash-manifest.ts';
import { AT, parse, absolute, from, has, film, mpd, period, one, timeline, live } from './mpd-lab.ts';

describe('periods', () => {
  const rules = '<SegmentTemplate duration="2" media="$RepresentationID$/$Number$.m4s"/>';
  /** A Representation of its own in each period: how many segments it has. */
  const lengths = (...attributes: string[]): number[] => {
    const text = mpd(attributes.map((it, n) => period(`${rules}<Representation id="${n}"/>`, it)).join(''));
    return attributes.map((_, n) => from(`${n}/1.m4s`, text)[0]?.length ?? 0);
  };

  test('from one to the next, or as long as they say', () => {
    expect(lengths('', 'start="PT2S"')).toEqual([1, 3]);
    expect(lengths('duration="PT4S"', '')).toEqual([2, 2]);
    expect(lengths('duration="PT2S"', 'duration="PT2S"', '')).toEqual([1, 1, 2]);
  });

  test.each([
    ['PT10M', 60, 10],
    ['PT10H', 3600, 10],
    ['P12D', 86_400, 12],
    ['P1DT2H3M', 60, 1563],
    ['PT1M1.5S', 1.5, 41],
    // as if it were not there: what the presentation says counts
    ['-PT2S', 1, 7],
    ['PT2S.', 1, 7],
    ['P1Y', 1, 7],
  ])('a duration of %s in segments of %d s', (duration, seconds, count) => {
    const text = mpd(
      period(
        `<SegmentTemplate duration="${seconds}" media="$Number$.m4s"/><Representation id="1"/>`,
        `duration="${duration}"`,
      ),
    );
    expect(from('1.m4s', text)[0]).toHaveLength(count);
  });

  test('a film of two hours in twelve Representations: to its end, also between short periods', () => {
    const ids = Array.from({ length: 12 }, (_, id) => `<Representation id="${id}"/>`).join('');
    const of = (folder: string, attributes: string): string =>
      period(`<BaseURL>${folder}/</BaseURL>${rules}${ids}`, attributes);
    const text = mpd(of('a', 'duration="PT10S"') + of('b', 'duration="PT2H"') + of('c', 'duration="PT10S"'));
    expect(from('b/11/3599.m4s', text)).toEqual([['b/11/3599.m4s', 'b/11/3600.m4s']]);
    expect(has('c/11/5.m4s', text)).toBe(true);
  });

  test('an id of more than 1000 characters does not tell a period from others', () => {
    const of = (id: string): string => parse(mpd(period(`${rules}<Representation id="1"/>`, `id="${id}"`)))[0]!.period;
    expect([of('a'.repeat(1000)), of('a'.repeat(1001))]).toEqual(['a'.repeat(1000), '0']);
  });

  test('a Representation is known by its period, or by when that begins, and its own id', () => {
    const of = (attributes: string): string => period(`${rules}<Representation id="hi"/>`, attributes);
    const found = parse(mpd(of('id="ad" duration="PT2S"') + of('')));
    expect(found.map(({ period, id }) => [period, id])).toEqual([
      ['ad', 'hi'],
      ['2', 'hi'],
    ]);
  });
});

describe('a live stream', () => {
  const numbers = (seconds = 2): string =>
    `<SegmentTemplate duration="${seconds}" media="$Number$.m4s" initialization="i.mp4"/>`;

  test('numbers up to the present and a few ahead, in the period that is on', () => {
    const of = (attributes: string, folder: string): string =>
      period(`<BaseURL>${folder}/</BaseURL>${numbers()}<Representation id="1"/>`, attributes);
    const text = mpd(of('start="PT0S"', 'a') + of('start="PT3590S"', 'b'), live);
    expect(from('b/8.m4s', text)).toEqual([['b/8.m4s', 'b/9.m4s', 'b/10.m4s', 'b/11.m4s']]);
    expect(from('a/1794.m4s', text)).toEqual([['a/1794.m4s', 'a/1795.m4s']]);
    expect(from('b/i.mp4', text), 'nobody knows where a player begins').toEqual([['b/i.mp4']]);
  });

  test('numbers come as time passes, whether the manifest is loaded again or not', () => {
    let now = AT;
    const [{ order }] = parse(one(numbers(), live), () => now) as [Representation];
    expect(order.has(absolute('1807.m4s'))).toBe(false);
    now += 2;
    expect(order.has(absolute('1807.m4s'))).toBe(true);
  });

  test('since a moment ago: from the first one', () => {
    const since = 'type="dynamic" availabilityStartTime="2026-11-26T11:59:58Z"';
    expect(from('1.m4s', one(numbers(1), since))[0]).toHaveLength(8);
    expect(has('1.m4s', one(numbers(1), 'type="dynamic"')), 'nobody knows since when').toBe(false);
    expect(has('1.m4s', one(numbers(1), since), AT - 60), 'not yet').toBe(false);
  });

  test('a timeline as far as it goes', () => {
    const text = one(timeline('<S t="35900" d="20" r="-1"/>', 'timescale="10" media="$Time$.m4s"'), live);
    expect(from('35900.m4s', text)).toEqual([['35900', '35920', '35940', '35960', '35980'].map((it) => `${it}.m4s`)]);
  });

  test('a timeline of many hours, whose numbers are those of its whole', () => {
    const day = 'type="dynamic" availabilityStartTime="2026-11-25T12:00:00Z"';
    const text = one(timeline('<S t="0" d="2" r="9999"/><S d="2" r="-1"/>'), day);
    expect(from('86396-43199', text)).toEqual([['86396-43199', '86398-43200']]);
    expect(has('86400-43201', text)).toBe(false);
  });
});

describe('what is held of a manifest', () => {
  const many = (count: number, rules: string, attributes = film): string =>
    mpd(
      Array.from({ length: count }, (_, n) => period(`${rules}<Representation id="${n}"/>`, `id="${n}"`)).join(''),
      attributes,
    );
  const rules = '<SegmentTemplate duration="2" media="$Number$.m4s"/>';

  test('a day of advertisements and programmes: all of it', () => {
    expect(parse(many(8640, rules))).toHaveLength(8640);
  });

  test('more Representations than are remembered: what is played first, or is nearest to the present', () => {
    const ends = (attributes: string): string[] => {
      const found = parse(many(50_001, rules, attributes));
      return [found[0]!.period, found.at(-1)!.period];
    };
    expect(ends(film)).toEqual(['0', '49999']);
    expect(ends(live)).toEqual(['50000', '1']);
  });

  test('characters in proportion to what is written, however long a base URL is', () => {
    const below = (length: number): string =>
      mpd(
        `<BaseURL>${'a'.repeat(length)}/</BaseURL>` +
          period(
            rules +
              Array.from(
                { length: 9000 },
                (_, n) => `<Representation id="${n}"><BaseURL>${n}/</BaseURL></Representation>`,
              ).join(''),
          ),
      );
    expect(parse(below(10))).toHaveLength(9000);
    expect(parse(below(1900)).length).toBeLessThan(5000);
    expect(parse(below(2000)), 'longer than a URL').toEqual([]);
  });
});
