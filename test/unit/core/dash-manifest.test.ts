import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import type { Representation } from '../../../packages/core/src/playlists/dash-manifest.ts';
import { isMpd, parseDashManifest } from '../../../packages/core/src/playlists/dash-manifest.ts';
import { Timeline } from '../../../packages/core/src/playlists/segment-times.ts';
import { firstOf } from '../../../packages/core/src/playlists/url-order.ts';
import { parseXml } from '../../../packages/core/src/playlists/xml-elements.ts';
import { FOLDER, AT, parse, absolute, from, has, film, mpd, period, one, timeline, live, identify } from './mpd-lab.ts';

const NUMBERS = '<SegmentTemplate duration="1" media="$Number$"/>';

describe('numbers', () => {
  const text = mpd(
    period(`<SegmentTemplate timescale="10" duration="20" startNumber="8" media="$RepresentationID$/$Number%03d$.m4s?b=$Bandwidth$&amp;a=1" initialization="$RepresentationID$/i.mp4"/>
      <Representation id="lo" bandwidth="100"/><Representation id="hi" bandwidth="200"></Representation>`),
  );

  test('after the init segment all of them, from the duration', () => {
    const names = (rendition: string, bandwidth: number): string[] =>
      ['008', '009', '010', '011'].map((it) => `${rendition}/${it}.m4s?b=${bandwidth}&a=1`);
    expect(from('lo/i.mp4', text)).toEqual([['lo/i.mp4', ...names('lo', 100)]]);
    expect(from('hi/i.mp4', text)).toEqual([['hi/i.mp4', ...names('hi', 200)]]);
    expect(from('hi/010.m4s?b=200&a=1', text)).toEqual([names('hi', 200).slice(2)]);
  });

  test.each([
    ['before the first', 'lo/007.m4s?b=100&a=1'],
    ['after the last', 'lo/012.m4s?b=100&a=1'],
    ['in another spelling', 'lo/8.m4s?b=100&a=1'],
    ['of another rendition', 'lo/008.m4s?b=200&a=1'],
    ['with something behind it', 'lo/008.m4s?b=100&a=12'],
    ['without a number', 'lo/.m4s?b=100&a=1'],
    ['elsewhere', '../8/lo/008.m4s?b=100&a=1'],
  ])('a name %s is none of them', (_, name) => {
    expect(has(name, text)).toBe(false);
  });

  test.each(['http:', 'https:'])('names below a BaseURL of %s', (scheme) => {
    const base = `${scheme}//other.test/8/`;
    const { order } = parse(mpd(`<BaseURL>${base}</BaseURL>${period(`${NUMBERS}<Representation id="1"/>`)}`))[0]!;
    expect([...firstOf(order.after(`${base}3`), 2)]).toEqual([`${base}4`, `${base}5`]);
  });

  test('no name is made before it is asked for', () => {
    const made = vi.fn(identify);
    const year = one(
      '<SegmentTemplate timescale="1000" duration="1" media="$Number$.m4s"/>',
      'mediaPresentationDuration="P365D"',
    );
    const { representations } = parseDashManifest(year, { url: FOLDER, now: () => AT, identify: made });
    const next = firstOf(representations[0]!.order.after(absolute('2000000000.m4s')), 2);
    expect([...next]).toEqual([absolute('2000000001.m4s'), absolute('2000000002.m4s')]);
    expect(made.mock.calls.length).toBeLessThan(10);
  });

  test('of up to 32 characters: a longer one is none', () => {
    const first = (digits: number): string =>
      one(`<SegmentTemplate duration="1" startNumber="${'8'.padStart(digits, '0')}" media="$Number$"/>`);
    expect(from('8', first(32))).toEqual([['8', '9', '10', '11', '12', '13', '14']]);
    expect(has('8', first(33))).toBe(false);
  });

  test('a duration that is no multiple in floating point only', () => {
    const rules = '<SegmentTemplate timescale="24000" duration="48048" media="$Number$"/>';
    expect(from('1', one(rules, 'mediaPresentationDuration="PT6.006S"'))).toEqual([['1', '2', '3']]);
  });

  test('digits beside the number', () => {
    const rules = '<SegmentTemplate duration="1" media="4$Number$0$Time$0"/>';
    expect(from('4201 0'.replace(' ', ''), one(rules))).toEqual([
      ['42010', '43020', '44030', '45040', '46050', '47060'],
    ]);
  });

  test('several numbers, and a name of which URLs have another spelling', () => {
    const rules = '<SegmentTemplate duration="2" media="a b/../ü $Number$ $Time$ {}.m4s"/>';
    const name = (number: number): string => `%C3%BC%20${number}%20${number * 2 - 2}%20%7B%7D.m4s`;
    expect(from(name(3), one(rules))).toEqual([[name(3), name(4)]]);
  });

  test.each([
    ['of one name for all', 'all.m4s'],
    ['that nobody can resolve', 'https://a$Number$:x/'],
    ['of a server that the number names', 'https://$Number$.test/a'],
  ])('a template %s names nothing', (_, media) => {
    const text = one(`<SegmentTemplate duration="2" media="${media}"/>`);
    expect([has('all.m4s', text), has('', text), has('https://1.test/a', text), has('1', text)]).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('what a template says', () => {
  test('what nobody knows stays in it', () => {
    expect(has('$SubNumber$-1', one('<SegmentTemplate duration="7" media="$SubNumber$-$Number$"/>'))).toBe(true);
    expect(has('$1$', one('<SegmentTemplate duration="7" media="$$$Number$$$"/>'))).toBe(true);
    expect(has('$constructor$1', one('<SegmentTemplate duration="7" media="$constructor$$Number$"/>'))).toBe(true);
  });

  test('numbers as wide as any is, and no wider', () => {
    const padded = (width: number): string => one(`<SegmentTemplate duration="7" media="$Number%0${width}d$"/>`);
    expect(has('1'.padStart(20, '0'), padded(20))).toBe(true);
    expect(parse(padded(21))).toEqual([]);
  });

  test('names as long as a URL is, and no longer', () => {
    const text = (id: number, more = ''): string =>
      one(
        `<SegmentTemplate duration="7" media="$RepresentationID$$RepresentationID$${more}$Number$"/>`,
        film,
        'i'.repeat(id),
      );
    expect(has(`${'i'.repeat(1998)}x1`, text(999, 'x'))).toBe(true);
    expect(parse(text(1000))).toEqual([]);
    expect(parse(text(999, 'xx'))).toEqual([]);
    expect(parse(one(`<SegmentTemplate duration="7" media="${'a'.repeat(2001)}"/>`))).toEqual([]);
  });

  test('what a Representation says itself counts, the rest is inherited', () => {
    const text = mpd(
      period(
        `<SegmentTemplate duration="2" media="$Number$.m4s"/><Representation id="1"><SegmentTemplate startNumber="5"/></Representation>`,
      ),
    );
    expect(from('5.m4s', text)).toEqual([['5.m4s', '6.m4s', '7.m4s', '8.m4s']]);
  });

  test.each([
    ['of its own for one', '<SegmentTimeline><S t="5" d="4"/></SegmentTimeline>', ['5-9.m4s']],
    ['of all', '', ['0-9.m4s', '2-10.m4s']],
  ])('a timeline %s', (_, own, expected) => {
    const text = mpd(
      period(`${timeline('<S t="0" d="2" r="1"/>', 'media="$Time$-$Number$.m4s"')}
        <Representation id="1"><SegmentTemplate startNumber="9">${own}</SegmentTemplate></Representation>`),
    );
    expect(from(expected[0]!, text)).toEqual([expected]);
  });

  test('another child of a template is no timeline', () => {
    const rules = '<SegmentTemplate duration="4" media="$Number$.m4s"><BitstreamSwitching/></SegmentTemplate>';
    expect(from('1.m4s', one(rules))).toEqual([['1.m4s', '2.m4s']]);
  });

  test('an init segment in a folder of its own', () => {
    const rules = '<SegmentTemplate duration="7" media="$Number$" initialization="../init/$RepresentationID$.mp4"/>';
    const init = 'https://cdn.test/vod/init/1.mp4';
    expect(from(init, one(rules))).toEqual([[init, '1']]);
    expect(has('https://cdn.test/vod/other/1.mp4', one(rules))).toBe(false);
  });
});

describe('a timeline', () => {
  test('times, gaps, repetitions up to the next entry or the end', () => {
    const entries = '<S t="100" d="20" r="1"/><S d="10"/><S t="200" d="10" r="-1"/><S t="230" d="20" r="-1"/>';
    const text = one(timeline(entries, 'timescale="10" presentationTimeOffset="200" media="$Time$-$Number$-$$.m4s"'));
    const starts = [100, 120, 140, 200, 210, 220, 230, 250];
    const names = starts.map((time, index) => `${time}-${index + 1}-$.m4s`);
    expect(from(names[0]!, text)).toEqual([names]);
    expect(from(names[5]!, text)).toEqual([names.slice(5)]);
    expect(has('105-1-$.m4s', text)).toBe(false);
  });

  test.each([
    ['ends with a duration that cannot be', '<S t="0" d="2"/><S d="0"/><S d="2"/>', ['0-1']],
    ['fills what is left with one that is cut off', '<S t="0" d="2" r="-1"/>', ['0-1', '2-2', '4-3', '6-4']],
    ['has nothing where the next entry is earlier', '<S t="10" d="2" r="-1"/><S t="4" d="2"/>', ['4-1']],
    ['has nothing where a time is no number', '<S t="x" d="2" r="-1"/><S t="4" d="2"/>', ['4-1']],
  ])('%s', (_, entries, expected) => {
    expect(from(expected[0]!, one(timeline(entries)))).toEqual([expected]);
  });

  test('more repetitions than anybody could name', () => {
    const text = one(timeline('<S t="0" d="1" r="999999999999"/>'));
    const [{ order }] = parse(text) as [Representation];
    expect([...firstOf(order.after(absolute('500000000-500000001')), 1)]).toEqual([absolute('500000001-500000002')]);
  });

  test('is held once for all Representations that inherit it', () => {
    const sizeOf = (representations: number): number =>
      parseDashManifest(mpd(period(timeline('<S d="1"/>'.repeat(100)) + '<Representation/>'.repeat(representations))), {
        url: FOLDER,
        now: () => AT,
        identify,
      }).size;
    expect([sizeOf(1), sizeOf(100)]).toEqual([101, 200]);
  });
});

describe('a list', () => {
  test('of names, and base URLs at every level', () => {
    const text = mpd(
      `<BaseURL>
        ../8/
      </BaseURL><Period><BaseURL>p/</BaseURL><AdaptationSet><BaseURL>a/</BaseURL><BaseURL>https://other.test/</BaseURL>
      <Representation id="1"><BaseURL>r/</BaseURL><SegmentList><Initialization sourceURL="i.mp4"/><SegmentURL media="1.m4s"/><SegmentURL media="2.m4s"/></SegmentList></Representation>
      </AdaptationSet></Period>`,
    );
    const base = 'https://cdn.test/vod/8/p/a/r/';
    expect(from(`${base}i.mp4`, text)).toEqual([[`${base}i.mp4`, `${base}1.m4s`, `${base}2.m4s`]]);
    expect(from(`${base}2.m4s`, text)).toEqual([[`${base}2.m4s`]]);
  });

  test('what has a name, each once, and no longer one than a URL is', () => {
    const text = one(`<SegmentList><RepresentationIndex sourceURL="x"/><Initialization sourceURL="i.mp4"/>
      <SegmentURL mediaRange="0-9"/><SegmentURL media="${'a'.repeat(2000)}"/><SegmentURL media="${'b'.repeat(2001)}"/>
      <SegmentURL media="c" mediaRange="0-9"/><SegmentURL media="c" mediaRange="10-19"/></SegmentList>`);
    expect(from('i.mp4', text)).toEqual([['i.mp4', 'a'.repeat(2000), 'c']]);
    expect(has('x', text)).toBe(false);
  });

  test('is held once for the Representations that inherit it with one base URL, and for no other', () => {
    const list = '<SegmentList><SegmentURL media="1"/><SegmentURL media="2"/></SegmentList>';
    const text = mpd(
      period(
        `${list}<Representation id="a"/><Representation id="b"/><Representation id="c"><BaseURL>c/</BaseURL></Representation>`,
      ),
    );
    expect(from('1', text)).toEqual([
      ['1', '2'],
      ['1', '2'],
    ]);
    expect(has('c/1', text)).toBe(false);
    const again = parse(text);
    expect(again[0]!.order).toBe(again[1]!.order);
  });
});

test.each([
  '',
  '#EXTM3U',
  '<html></html>',
  '<MPD',
  '<MPD><Period>',
  mpd(period('<Representation/>')),
  mpd(period('<SegmentList/><Representation/>')),
  '<MPD></p></MPD></MPD>',
])('nothing of %j', (text) => {
  expect(parse(text)).toEqual([]);
});

test.each([
  ['duration="0"', ''],
  ['duration="x"', ''],
  ['', '<SegmentTimeline><S t="0" d="0" r="5"/></SegmentTimeline>'],
])('nothing to count to: %s %s', (attribute, entries) => {
  const rules = `<SegmentTemplate ${attribute} media="$Number$.m4s">${entries}</SegmentTemplate>`;
  expect(has('1.m4s', one(rules))).toBe(false);
  expect(has('1.m4s', one(rules, live))).toBe(false);
});

test.each([
  ['as many Representations as are read, of one file each', '', 50_000],
  ['characters of templates in vain', `${'a'.repeat(1900)}$Number%021d$`, 5000],
])('%s: what follows is not read', (_, media, count) => {
  const rules = media && `<SegmentTemplate duration="7" media="${media}"/>`;
  const good =
    '<Representation id="hi"><SegmentTemplate duration="7" media="$Number$.m4s" initialization="i"/></Representation>';
  const all = (before: number): string => mpd(period(rules + '<Representation id="lo"/>'.repeat(before) + good));
  expect([parse(all(10)).length, parse(all(count)).length]).toEqual([1, 0]);
});

test('one file with an index needs no order', () => {
  expect(parse(readFileSync('test/media/dash/index.mpd', 'utf8'))).toEqual([]);
  expect(parse(readFileSync('test/media/dash/template.mpd', 'utf8'))).toHaveLength(3);
});

const hidden = '<Representation id="2"/>';
test.each([`<!-- ${hidden} -->`, `<![CDATA[${hidden}]]>`, `<?x ${hidden} ?>`, `<!-- ${hidden}`])(
  'what is no element is not read: %s',
  (text) => {
    const rules = '<SegmentTemplate duration="7" media="$RepresentationID$-$Number$.m4s"/><Representation id="1"/>';
    expect([has('1-1.m4s', mpd(period(rules + text))), has('2-1.m4s', mpd(period(rules + text)))]).toEqual([
      true,
      false,
    ]);
  },
);

test('how long segments are', () => {
  const secondsOf = (rules: string): number => parse(one(rules))[0]!.order.seconds;
  expect(secondsOf(timeline('<S d="48048" r="3"/>', 'timescale="24000" media="$Time$"'))).toBeCloseTo(2.002);
  expect(secondsOf(timeline('<S t="0" d="2"/><S d="3"/>')), 'the last one counts').toBe(3);
  expect(secondsOf('<SegmentTemplate duration="3" media="$Number$"/>')).toBe(3);
  const list = '<SegmentList duration="4"><SegmentURL media="1"/></SegmentList>';
  expect(secondsOf(list)).toBe(4);
  expect(secondsOf(list.replace('>', ' timescale="2">'))).toBe(2);
  expect(secondsOf(list.replace(' duration="4"', ''))).toBe(0);
});

test('a token that a server has written into a name is none of it, also where that is known only later', () => {
  let known = false;
  const stripped = (href: string): string => (known ? href.replace(/\?st=\w+$/, '') : href);
  const text = one('<SegmentTemplate duration="2" media="$Number$.m4s?st=abc" initialization="i.mp4?st=abc"/>');
  const { representations } = parseDashManifest(text, { url: FOLDER, now: () => AT, identify: stripped });
  const { order } = representations[0]!;
  known = true;
  expect([...order.after(absolute('3.m4s'))]).toEqual([absolute('4.m4s')]);
});

test('what a manifest is', () => {
  for (const text of ['<MPD>', '<?xml version="1.0"?>\n<!-- a -->\n<MPD type="static">', '<mpd:MPD >']) {
    expect(isMpd(text)).toBe(true);
  }
  for (const text of ['<MPDs>', '#EXTM3U', 'x<MPD>', '{"MPD":1}', '<Patch>']) expect(isMpd(text)).toBe(false);
});

test.each(['r="1e12"', 'r="-1"'])('a timeline with %s has a billion segments at most', (repeats) => {
  const element = parseXml(`<SegmentTimeline><S d="1" ${repeats}/></SegmentTimeline>`)!;
  expect(new Timeline(element).times(() => Infinity).count()).toBe(1e9);
});
