import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import type { NameList } from '../../../packages/core/src/contract/playlist.ts';
import { dash, hlsOrDash } from '../../../packages/core/src/playlists/dash.ts';

const FOLDER = 'https://cdn.test/vod/7/';
const AT = Date.parse('2026-11-26T12:00:00Z') / 1000;
const film = 'mediaPresentationDuration="PT7S"';
const live = 'type="dynamic" availabilityStartTime="2026-11-26T11:00:00Z"';

const absolute = (name: string): string => new URL(name, FOLDER).href;
const keyOf = (uri: string, base: string): string => (URL.canParse(uri, base) ? new URL(uri, base).href : '');
const listsOf = (text: string, now = (): number => AT, key = keyOf): readonly NameList[] =>
  dash(text).lists({ url: `${FOLDER}index.mpd?query=1`, keyOf: key, now, before: () => undefined });
const namesOf = (list: NameList): string[] =>
  Array.from({ length: list.length }, (_, place) => list.at(place).replace(FOLDER, ''));
/** Returns the names from `first` on, for each list that has it, without their folder. */
const from = (first: string, text: string): string[][] =>
  listsOf(text).flatMap((list) => {
    const place = list.placeOf(absolute(first));
    return place < 0 ? [] : [namesOf(list).slice(place)];
  });
const has = (name: string, text: string): boolean => from(name, text).length > 0;

const mpd = (content: string, attributes = film): string => `<?xml version="1.0"?><MPD ${attributes}>${content}</MPD>`;
const period = (content: string, attributes = ''): string =>
  `<Period ${attributes}><AdaptationSet>${content}</AdaptationSet></Period>`;
/** One Representation, by these rules. */
const one = (rules: string, attributes = film, id = '1'): string =>
  mpd(period(`${rules}<Representation id="${id}"/>`), attributes);
const timeline = (entries: string, attributes = 'media="$Time$-$Number$"'): string =>
  `<SegmentTemplate ${attributes}><SegmentTimeline>${entries}</SegmentTimeline></SegmentTemplate>`;
const even = '<SegmentTemplate duration="2" media="$RepresentationID$/$Number$" initialization="i"/>';

describe('a template with numbers', () => {
  const rules = `<SegmentTemplate timescale="10" duration="20" startNumber="8"
    media="$RepresentationID$/$Number%03d$?b=$Bandwidth$&amp;a=1" initialization="$RepresentationID$/i"/>`;
  const two = '<Representation id="lo" bandwidth="100"/><Representation id="hi" bandwidth="200"></Representation>';
  const text = mpd(period(rules + two));

  test('names the init segment, then all segments of the duration', () => {
    const names = ['008', '009', '010', '011'].map((number) => `hi/${number}?b=200&a=1`);
    expect(from('hi/i', text)).toEqual([['hi/i', ...names]]);
    expect(from('hi/010?b=200&a=1', text)).toEqual([names.slice(2)]);
    const [list] = listsOf(text);
    expect(list).toMatchObject({ id: '0 lo', seconds: 2, isLive: false, length: 5 });
    expect(list!.last(9), 'media only').toHaveLength(4);
  });

  test('has no name out of range, in another spelling, of another rendition, with another end, or elsewhere', () => {
    const queries = ['007?b=100&a=1', '012?b=100&a=1', '8?b=100&a=1', '008?b=200&a=1', '008?b=100&a=12', '?b=100&a=1'];
    for (const name of [...queries.map((it) => `lo/${it}`), '../8/lo/008?b=100&a=1'])
      expect(has(name, text), name).toBe(false);
  });

  test.each([
    ['a duration', '<SegmentTemplate timescale="1000" duration="1" media="$Number$"/>'],
    ['an entry that repeats a billion times', timeline('<S t="1" d="1" r="999999999"/>', 'media="$Time$"')],
  ])('makes no name before it is asked for: %s', (_, rules) => {
    const made = vi.fn(keyOf);
    const [list] = listsOf(one(rules, 'mediaPresentationDuration="P365D"'), () => AT, made);
    expect(list!.at(list!.placeOf(absolute('500000000')) + 1)).toBe(absolute('500000001'));
    expect(list!).toHaveLength(1e9);
    expect(list!.last(2)).toHaveLength(2);
    expect(made.mock.calls.length).toBeLessThan(15);
  });

  test('may contain several numbers, unknown fields, dollar signs, and what a URL spells in another way', () => {
    const media = 'a/../ü $Number$ $Time$ $SubNumber$-$constructor$ $$ {}';
    const name = '%C3%BC%203%204%20$SubNumber$-$constructor$%20$%20%7B%7D';
    expect(has(name, one(`<SegmentTemplate duration="2" media="${media}"/>`))).toBe(true);
  });

  test('inherits what a Representation does not say itself', () => {
    const own = '<Representation id="1"><SegmentTemplate startNumber="5"/></Representation>';
    expect(from('1/5', mpd(period(even + own)))).toEqual([['1/5', '1/6', '1/7', '1/8']]);
    const other = `<Representation id="1">${timeline('<S t="5" d="4"/>', 'startNumber="9"')}</Representation>`;
    const inherited = mpd(period(`${timeline('<S t="0" d="2" r="1"/>')}${other}<Representation id="2"/>`));
    expect(from('5-9', inherited)).toEqual([['5-9']]);
    expect(from('0-1', inherited)).toEqual([['0-1', '2-2']]);
  });

  test('may have its init segment in another folder', () => {
    const other = even.replace('"i"', '"../init/$RepresentationID$.mp4"');
    expect(listsOf(one(other))[0]!.placeOf('https://cdn.test/vod/init/1.mp4')).toBe(0);
  });

  test('ignores a token that a server has written into names', () => {
    const key = (uri: string, base: string): string => keyOf(uri, base).replace(/\?st=\w+$/, '');
    const rules = '<SegmentTemplate duration="2" media="$Number$?st=a" initialization="i?st=a"/>';
    const [list] = listsOf(one(rules), () => AT, key);
    expect(list!.placeOf(absolute('i'))).toBe(0);
    expect(list!.placeOf(absolute('3'))).toBe(3);
  });
});

describe('a timeline', () => {
  test('has times, gaps, and repetitions up to the next entry or the end', () => {
    const entries = '<S t="100" d="20" r="1"/><S d="10"/><S t="200" d="10" r="-1"/><S t="230" d="20" r="-1"/>';
    const text = one(timeline(entries, 'timescale="10" presentationTimeOffset="200" media="$Time%04d$-$Number$"'));
    const names = [100, 120, 140, 200, 210, 220, 230, 250].map((time, index) => `0${time}-${index + 1}`);
    expect(from(names[0]!, text)).toEqual([names]);
    expect(from(names[5]!, text)).toEqual([names.slice(5)]);
    expect(has('0105-1', text) || has('0150-4', text), 'between two segments, or in the gap').toBe(false);
    expect(listsOf(text)[0]!.seconds, 'of its last entry').toBe(2);
  });

  test.each([
    ['skips an entry without a duration', '<S t="0" d="2"/><S d="0"/><S d="2"/>', ['0-1', '2-2']],
    ['fills the Period, its last segment cut off', '<S t="0" d="2" r="-1"/>', ['0-1', '2-2', '4-3', '6-4']],
    ['has nothing up to an entry that is earlier', '<S t="10" d="2" r="-1"/><S t="4" d="2"/>', ['4-1']],
    ['fills the Period with more segments than any has', '<S t="0" d="4" r="1e300"/>', ['0-1', '4-2']],
    ['skips an entry whose time is not a number', '<S t="x" d="2"/><S t="4" d="2"/>', ['4-1']],
  ])('%s', (_, entries, expected) => {
    expect(from(expected[0]!, one(timeline(entries)))).toEqual([expected]);
  });
});

describe('base URLs, Periods', () => {
  test('names lie below the first base URL of each level', () => {
    const own = `<BaseURL>r&amp;/</BaseURL>${even}`;
    const set = `<BaseURL>a/</BaseURL><BaseURL>https://other.test/</BaseURL><Representation id="v">${own}</Representation>`;
    const inPeriod = `<BaseURL><![CDATA[p/]]></BaseURL><AdaptationSet>${set}</AdaptationSet>`;
    const text = mpd(`<BaseURL>\n  ../8/\n</BaseURL><Period>${inPeriod}</Period>`);
    const [list] = listsOf(text);
    const names = ['i', 'v/1', 'v/2'].map((name) => `https://cdn.test/vod/8/p/a/r&/${name}`);
    expect(names.map((name) => list!.placeOf(name))).toEqual([0, 1, 2]);
    expect(list).toMatchObject({ seconds: 2, isLive: false });
  });

  test('a Period lasts until the next one, or as long as it says', () => {
    const lengths = (...attributes: string[]): number[] => {
      const text = mpd(attributes.map((it, n) => period(`${even}<Representation id="${n}"/>`, it)).join(''));
      return attributes.map((_, n) => from(`${n}/1`, text)[0]?.length ?? 0);
    };
    expect(lengths('', 'start="PT2S"')).toEqual([1, 3]);
    expect(lengths('duration="PT4S"', '')).toEqual([2, 2]);
    expect(lengths('duration="PT2S"', 'duration="PT2S"', '')).toEqual([1, 1, 2]);
  });

  test('a Period may state days, hours, minutes, seconds; what cannot be read does not count', () => {
    const rules = '<SegmentTemplate duration="60" media="$Number$"/><Representation id="1"/>';
    const minutes = { PT10M: 10, P1DT2H3M: 1563, P0Y0M2DT0H: 2880, 'PT1M1.5S': 2, '-PT2H': 1, P1Y: 1 };
    for (const [duration, count] of Object.entries(minutes))
      expect(listsOf(mpd(period(rules, `duration="${duration}"`)))[0], duration).toHaveLength(count);
    const ntsc = '<SegmentTemplate timescale="24000" duration="48048" media="$Number$"/>';
    expect(listsOf(one(ntsc, 'mediaPresentationDuration="PT6.006S"'))[0], 'in spite of rounding').toHaveLength(3);
  });

  test('the id of a list is that of its Period, or when it starts, and its own', () => {
    const of = (attributes: string): string => period(`${even}<Representation id="hi"/>`, attributes);
    const ids = (text: string): string[] => listsOf(text).map(({ id }) => id);
    expect(ids(mpd(of('id="ad" duration="PT2S"') + of('')))).toEqual(['ad hi', '2 hi']);
    expect(ids(mpd(of('start="PT2S"'))), 'the Period before is gone').toEqual(['2 hi']);
  });

  test('the files in test/media', () => {
    const read = (name: string): string => readFileSync(`test/media/dash/${name}.mpd`, 'utf8');
    expect(listsOf(read('index')), 'one file each, with an index').toEqual([]);
    expect(listsOf(read('template')).map(({ id }) => id)).toEqual(['0 0', '0 1', '0 2']);
    const segments = Array.from({ length: 10 }, (_, index) => `s-1-${index + 1}.m4s`);
    expect(from('init-1.m4s', read('template'))).toEqual([['init-1.m4s', ...segments]]);
  });
});

describe('a live stream', () => {
  test('has the segments that have ended, without the init segment; the latest Period comes first', () => {
    const rules = `${even}<Representation id="r"/>`;
    const lists = listsOf(mpd(period(rules, 'id="a"') + period(rules, 'id="b" start="PT3591S"'), live));
    const known = lists.map(({ id, isLive, length }) => ({ id, isLive, length }));
    expect(known[0]).toEqual({ id: 'b r', isLive: true, length: 4 });
    expect(known[1], 'and the init segment').toEqual({ id: 'a r', isLive: false, length: 1797 });
    expect(lists[0]!.last(2)).toEqual([absolute('r/3'), absolute('r/4')]);
    expect(lists[0]!.placeOf(absolute('i')), 'nobody knows where a player begins').toBe(-1);
  });

  test('grows as time passes, without a reload', () => {
    let now = AT;
    const [list] = listsOf(one(even, live), () => now);
    expect(list!).toHaveLength(1800);
    expect(list!.placeOf(absolute('1/1801'))).toBe(-1);
    now += 2;
    expect(list!).toHaveLength(1801);
    expect(list!.placeOf(absolute('1/1801'))).toBe(1800);
  });

  test('has nothing before it begins, or if nobody knows when; a time without a zone is UTC', () => {
    const length = (attributes: string, now = AT): number => listsOf(one(even, attributes), () => now)[0]!.length;
    expect(length(live, AT - 3601)).toBe(0);
    expect(length('type="dynamic"')).toBe(0);
    expect(length(live.replace('Z', ''))).toBe(1800);
  });

  test('has the segments of its timeline, and repeats an open one up to the present', () => {
    const closed = timeline('<S t="0" d="2" r="9999"/>');
    expect(listsOf(one(closed, live))[0]).toHaveLength(10_000);
    const open = timeline('<S t="0" d="2" r="1780"/><S d="2" r="-1"/>', 'timescale="1" media="$Time$"');
    expect(from('3590', one(open, live))).toEqual([['3590', '3592', '3594', '3596', '3598']]);
  });
});

describe('a manifest that cannot be trusted', () => {
  const garbage = ['', '#EXTM3U', '<html></html>', '<MPD', '<MPD><Period>', one(''), '</a></a>'];
  test.each(garbage)('%j names nothing', (text) => {
    expect(listsOf(text)).toEqual([]);
  });

  test('what is not an element is not read', () => {
    const hidden = '<Representation id="2"/>';
    for (const text of [`<!-- ${hidden} -->`, `<![CDATA[${hidden}]]>`, `<?x ${hidden} ?>`, `<!-- ${hidden}`])
      expect(listsOf(mpd(period(`${even}<Representation id="1"/>${text}`))), text).toHaveLength(1);
  });

  test.each([
    '<SegmentTemplate duration="2" media="all"/>',
    '<SegmentTemplate duration="2" media="$Number%021d$"/>',
    '<SegmentTemplate media="$Number$"/>',
    '<SegmentTemplate duration="0" media="$Number$"/>',
    '<SegmentTemplate duration="2" timescale="x" media="$Number$"/>',
    timeline('<S t="0" r="5"/>'),
  ])('%s makes no list', (rules) => {
    expect(listsOf(one(rules))).toEqual([]);
    expect(listsOf(one(rules, live))).toEqual([]);
  });

  test('an id that a template may repeat has 200 characters at most', () => {
    expect([200, 201].map((length) => listsOf(one(even, film, 'i'.repeat(length))).length)).toEqual([1, 0]);
  });

  const times = timeline('<S d="1"/>'.repeat(50_000), 'media="$Time$"');
  const hostile: Record<string, string> = {
    'more Representations than are read': mpd(period(even + '<Representation/>'.repeat(40_000))),
    'a timeline that many inherit': mpd(period(times + '<Representation/>'.repeat(40_000))),
    'tags that are never closed': '<MPD>'.padEnd(2e6, '<a b="<a c=\''),
    'comments that are never closed': '<MPD>'.padEnd(2e6, '<!--<![CDATA[<?'),
    'huge numbers': one(timeline('<S t="9e300" d="1e-300" r="1e308"/><S r="-9" d="1e999"/>')),
  };
  test.each(Object.keys(hostile))('%s: little work is done, and nothing thrown', (name) => {
    const made = vi.fn(() => `${FOLDER}0`);
    const lists = listsOf(hostile[name]!, () => AT, made);
    expect(lists.length).toBeLessThanOrEqual(20_000);
    expect(lists.some((each) => each.placeOf(absolute('5')) >= 0 || each.last(3).length > 3)).toBe(false);
    expect(made.mock.calls.length).toBeLessThan(300_000);
  });
});

test('the text decides between HLS and DASH; anything but a text is a mistake', () => {
  const context = { url: FOLDER, keyOf, now: () => AT, before: () => undefined };
  for (const text of [one(even), `\n<!-- a -->${one(even).replace('<MPD', '<mpd:MPD')}`])
    expect(hlsOrDash(text).lists(context)).toHaveLength(1);
  for (const wrap of [dash, hlsOrDash])
    expect(() => wrap(Buffer.from('') as never)).toThrow('ERR_OPTIONS: dash() takes the text of a manifest.');
});
