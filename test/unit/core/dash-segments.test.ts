import { describe, expect, test } from 'vitest';
import type { DashPlaylist } from '../../../packages/core/src/dash-playlists.ts';
import { dashPlaylists } from '../../../packages/core/src/dash-playlists.ts';

const FOLDER = 'https://cdn.test/vod/7/';
const AT = Date.parse('2026-11-26T12:00:00Z') / 1000;
const film = 'mediaPresentationDuration="PT7S"';
const liveSince = (time: string): string => `type="dynamic" availabilityStartTime="2026-11-26T${time}Z"`;

const playlistsOf = (periods: string, attributes = film): DashPlaylist[] =>
  dashPlaylists(`<MPD ${attributes}>${periods}</MPD>`, `${FOLDER}index.mpd`, AT);
const playlistOf = (rules: string, attributes = film, id = '1'): DashPlaylist | undefined =>
  playlistsOf(`<Period>${rules}<AdaptationSet><Representation id="${id}"/></AdaptationSet></Period>`, attributes)[0];
const segments = (...args: Parameters<typeof playlistOf>): string[] =>
  (playlistOf(...args)?.text ?? '').split('\n').filter((line) => /^[^#]/.test(line));
const timeline = (entries: string): string =>
  `<SegmentTemplate media="$Time$-$Number$"><SegmentTimeline>${entries}</SegmentTimeline></SegmentTemplate>`;

describe('a template', () => {
  test('what nobody knows stays in it', () => {
    expect(segments('<SegmentTemplate duration="7" media="$SubNumber$-$Number$"/>')).toEqual(['$SubNumber$-1']);
  });

  test('numbers as wide as any is, and no wider', () => {
    const padded = (width: number): string[] => segments(`<SegmentTemplate duration="7" media="$Number%0${width}d$"/>`);
    expect(padded(20)).toEqual(['1'.padStart(20, '0')]);
    expect(padded(21)).toEqual([]);
  });

  test('names as long as a URL is, and no longer', () => {
    const named = (more: string): string[] =>
      segments(
        `<SegmentTemplate duration="7" media="$RepresentationID$$RepresentationID$${more}"/>`,
        film,
        'i'.repeat(1000),
      );
    expect(named('')).toEqual(['i'.repeat(2000)]);
    expect(named('x')).toEqual([]);
  });

  test('a duration that is no multiple in floating point only', () => {
    const rules = '<SegmentTemplate timescale="24000" duration="48048" media="$Number$"/>';
    expect(segments(rules, 'mediaPresentationDuration="PT6.006S"')).toEqual(['1', '2', '3']);
  });

  test('live without a window: the last minute', () => {
    const rules = '<SegmentTemplate duration="1" media="$Time$-$Number$"/>';
    const named = segments(rules, liveSince('11:00:00'));
    expect([named[0], named[1], named.at(-1)]).toEqual(['3540-3541', '3541-3542', '3605-3606']);
  });

  test('live since a moment ago: from the first one', () => {
    expect(segments('<SegmentTemplate duration="1" media="$Number$"/>', liveSince('11:59:58'))[0]).toBe('1');
  });

  test('a URI that a playlist would not hold is written as a URL', () => {
    const named = (media: string): string[] => segments(`<SegmentTemplate duration="7" media='${media}'/>`);
    expect(named('{$x}$Number$')).toEqual([`${FOLDER}%7B$x%7D1`]);
    expect(named('a"$Number$')).toEqual([`${FOLDER}a%221`]);
    expect(named('a\n$Number$')).toEqual([`${FOLDER}a1`]);
    expect(named(' $Number$')).toEqual([`${FOLDER}1`]);
  });
});

describe('a timeline', () => {
  test.each([
    ['ends with a duration that cannot be', '<S t="0" d="2"/><S d="0"/><S d="2"/>', ['0-1']],
    ['fills what is left with one that is cut off', '<S t="0" d="2" r="-1"/>', ['0-1', '2-2', '4-3', '6-4']],
    ['has nothing where the next entry is earlier', '<S t="10" d="2" r="-1"/><S t="4" d="2"/>', ['4-1']],
    ['has nothing where a time is no number', '<S t="x" d="2" r="-1"/><S t="4" d="2"/>', ['4-1']],
  ])('%s', (_, entries, expected) => {
    expect(segments(timeline(entries))).toEqual(expected);
  });

  test('the last duration counts', () => {
    expect(playlistOf(timeline('<S t="0" d="2"/><S d="3"/>'))!.text).toContain('#EXTINF:3.000,');
  });
});

test('a list: what has a name, and no longer one than a URL is', () => {
  const rules = `<SegmentList><RepresentationIndex sourceURL="x"/><Initialization sourceURL="i.mp4"/>
    <SegmentURL mediaRange="0-9"/><SegmentURL media="${'a'.repeat(2000)}"/><SegmentURL media="${'b'.repeat(2001)}"/>
  </SegmentList>`;
  expect(playlistOf(rules)!.text).toContain('#EXT-X-MAP:URI="i.mp4"');
  expect(segments(rules)).toEqual(['a'.repeat(2000)]);
});

test('only numbers tell what is yet to come', () => {
  const numbers = '<SegmentTemplate duration="7" media="$Number$"/>';
  const list = '<SegmentList><SegmentURL media="a"/></SegmentList>';
  expect([numbers, timeline('<S d="7"/>'), list].map((it) => playlistOf(it)!.isAhead)).toEqual([true, false, false]);
});

test('a Representation is known by its period, or by when that begins', () => {
  const period = (attributes: string): string =>
    `<Period ${attributes}><AdaptationSet><SegmentTemplate duration="1" media="$Number$"/>
    <Representation id="hi"/></AdaptationSet></Period>`;
  const ids = playlistsOf(period('id="ad" duration="PT2S"') + period('')).map(({ id }) => id);
  expect(ids).toEqual(['ad hi', '2 hi']);
});
