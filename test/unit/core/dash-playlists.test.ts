import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dashPlaylists, isMpd } from '../../../packages/core/src/dash-playlists.ts';

const MPD = 'https://cdn.test/vod/7/index.mpd';
const AT = Date.parse('2026-11-26T12:00:00Z') / 1000;

/** The URLs of each Representation, without their folder; an init segment in brackets. */
const named = (text: string, now = AT): string[][] =>
  dashPlaylists(text, MPD, now).map((playlist) => {
    const absolute = (uri: string): string => new URL(uri, playlist.base).href.replace('https://cdn.test/vod/7/', '');
    return playlist.text
      .split('\n')
      .filter((line) => !/^#EXT(M3U|INF|-X-ENDLIST)/.test(line))
      .map((line) =>
        line.replace(/^(#EXT-X-MAP:URI=")?([^"]*)"?$/, (_, map, uri: string) =>
          map ? `[${absolute(uri)}]` : absolute(uri),
        ),
      );
  });

const mpd = (content: string, attributes = 'type="static" mediaPresentationDuration="PT7S"'): string =>
  `<?xml version="1.0"?><!-- one --><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" ${attributes}>${content}</MPD>`;
const period = (content: string, attributes = ''): string =>
  `<Period ${attributes}><AdaptationSet>${content}</AdaptationSet></Period>`;
const live = 'type="dynamic" availabilityStartTime="2026-11-26T11:00:00Z" timeShiftBufferDepth="PT4S"';

describe('the URLs of a manifest', () => {
  test('numbers: from the duration', () => {
    const text = mpd(
      period(`<SegmentTemplate timescale="10" duration="20" startNumber="8" media="$RepresentationID$/$Number%03d$.m4s?b=$Bandwidth$&amp;a=1" initialization="$RepresentationID$/i.mp4"/>
        <Representation id="lo" bandwidth="100"/><Representation id="hi" bandwidth="200"></Representation>`),
    );
    expect(named(text)).toEqual([
      ['[lo/i.mp4]', ...['008', '009', '010', '011'].map((it) => `lo/${it}.m4s?b=100&a=1`)],
      ['[hi/i.mp4]', ...['008', '009', '010', '011'].map((it) => `hi/${it}.m4s?b=200&a=1`)],
    ]);
  });

  test('a timeline: times, gaps, repetitions up to the next entry or the end', () => {
    const timeline =
      '<SegmentTimeline><S t="100" d="20" r="1"/><S d="10"/><S t="200" d="10" r="-1"/><S t="230" d="20" r="-1"/></SegmentTimeline>';
    const text = mpd(
      period(
        `<SegmentTemplate timescale="10" presentationTimeOffset="200" media="$Time$-$Number$-$$.m4s">${timeline}</SegmentTemplate><Representation id="1"/>`,
      ),
    );
    const starts = [100, 120, 140, 200, 210, 220, 230, 250];
    expect(named(text)).toEqual([starts.map((time, index) => `${time}-${index + 1}-$.m4s`)]);
  });

  test('a list, and base URLs at every level', () => {
    const text = mpd(
      `<BaseURL>
        ../8/
      </BaseURL><Period><BaseURL>p/</BaseURL><AdaptationSet><BaseURL>a/</BaseURL><BaseURL>https://other.test/</BaseURL>
      <Representation id="1"><BaseURL>r/</BaseURL><SegmentList><Initialization sourceURL="i.mp4"/><SegmentURL media="1.m4s"/><SegmentURL media="2.m4s"/></SegmentList></Representation>
      </AdaptationSet></Period>`,
    );
    const base = 'https://cdn.test/vod/8/p/a/r/';
    expect(named(text)).toEqual([[`[${base}i.mp4]`, `${base}1.m4s`, `${base}2.m4s`]]);
  });

  test('what a Representation says itself counts, the rest is inherited', () => {
    const text = mpd(
      period(
        `<SegmentTemplate duration="2" media="$Number$.m4s"/><Representation id="1"><SegmentTemplate startNumber="5"/></Representation>`,
      ),
    );
    expect(named(text)).toEqual([['5.m4s', '6.m4s', '7.m4s', '8.m4s']]);
  });

  test.each([
    ['of its own for one', '<SegmentTimeline><S t="5" d="4"/></SegmentTimeline>', ['5-9.m4s']],
    ['of all', '', ['0-9.m4s', '2-10.m4s']],
  ])('a timeline %s', (_, own, expected) => {
    const text = mpd(
      period(`<SegmentTemplate media="$Time$-$Number$.m4s"><SegmentTimeline><S t="0" d="2" r="1"/></SegmentTimeline></SegmentTemplate>
        <Representation id="1"><SegmentTemplate startNumber="9">${own}</SegmentTemplate></Representation>`),
    );
    expect(named(text)).toEqual([expected]);
  });

  test('another child of a template is no timeline', () => {
    const rules = '<SegmentTemplate duration="4" media="$Number$.m4s"><BitstreamSwitching/></SegmentTemplate>';
    expect(named(mpd(period(`${rules}<Representation id="1"/>`)))).toEqual([['1.m4s', '2.m4s']]);
  });

  test('periods: from one to the next, or as long as they say', () => {
    const rules = '<SegmentTemplate duration="2" media="$Number$.m4s"/><Representation id="1"/>';
    const lengths = (...attributes: string[]): number[] =>
      named(mpd(attributes.map((it) => period(rules, it)).join(''))).map(({ length }) => length);
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
    const rules = `<SegmentTemplate duration="${seconds}" media="$Number$.m4s"/><Representation id="1"/>`;
    expect(named(mpd(period(rules, `duration="${duration}"`)))[0]).toHaveLength(count);
  });

  const hidden = '<Representation id="2"/>';
  test.each([`<!-- ${hidden} -->`, `<![CDATA[${hidden}]]>`, `<?x ${hidden} ?>`, `<!-- ${hidden}`])(
    'what is no element is not read: %s',
    (text) => {
      const rules = '<SegmentTemplate duration="7" media="$RepresentationID$.m4s"/><Representation id="1"/>';
      expect(named(mpd(period(rules + text)))).toEqual([['1.m4s']]);
    },
  );

  test('one file with an index needs no order', () => {
    expect(named(readFileSync('test/media/dash/index.mpd', 'utf8'))).toEqual([]);
    expect(named(readFileSync('test/media/dash/template.mpd', 'utf8')).map(({ length }) => length)).toEqual([
      11, 11, 11,
    ]);
  });

  test('live: numbers of the window and a few ahead, in the period that is on', () => {
    const template = '<SegmentTemplate duration="2" startNumber="1" media="$Number$.m4s"/><Representation id="1"/>';
    const text = mpd(`${period(template, 'start="PT0S"')}${period(template, 'start="PT3590S"')}`, live);
    expect(named(text)).toEqual([['4', '5', '6', '7', '8', '9', '10', '11'].map((it) => `${it}.m4s`)]);
  });

  test('live: a timeline as far as it goes', () => {
    const timeline = '<SegmentTimeline><S t="35900" d="20" r="-1"/></SegmentTimeline>';
    const text = mpd(
      period(
        `<SegmentTemplate timescale="10" media="$Time$.m4s">${timeline}</SegmentTemplate><Representation id="1"/>`,
        'start="PT0S"',
      ),
      live,
    );
    expect(named(text)).toEqual([['35900', '35920', '35940', '35960', '35980'].map((it) => `${it}.m4s`)]);
  });

  test.each([
    '',
    '#EXTM3U',
    '<html></html>',
    '<MPD',
    '<MPD><Period>',
    mpd(period('<Representation/>')),
    '<MPD></p></MPD></MPD>',
  ])('nothing of %j', (text) => {
    expect(dashPlaylists(text, MPD, AT)).toEqual([]);
  });

  test.each([
    ['duration="0"', ''],
    ['duration="x"', ''],
    ['', '<SegmentTimeline><S t="0" d="0" r="5"/></SegmentTimeline>'],
  ])('nothing to count to: %s %s', (attribute, timeline) => {
    const rules = `<SegmentTemplate ${attribute} media="$Number$.m4s">${timeline}</SegmentTemplate><Representation id="1"/>`;
    expect(named(mpd(period(rules)))).toEqual([]);
    expect(named(mpd(period(rules), live))).toEqual([]);
  });

  test.each(['$Number%0999999999d$', `${'a'.repeat(3000)}$Number$`, '$RepresentationID$'.repeat(100)])(
    'no name of a template that makes names without end: %.40s',
    (media) => {
      const rules = `<SegmentTemplate duration="2" media="${media}"/><Representation id="${'i'.repeat(500)}"/>`;
      expect(named(mpd(period(rules)))).toEqual([]);
    },
  );

  test('a film of two hours in twelve Representations: to its end, also between short periods', () => {
    const rules = '<SegmentTemplate duration="2" media="$RepresentationID$-$Number$.m4s"/>';
    const ids = Array.from({ length: 12 }, (_, id) => `<Representation id="${id}"/>`).join('');
    const bumper = period(rules + ids, 'duration="PT10S"');
    const text = mpd(bumper + period(rules + ids, 'duration="PT2H"') + bumper, 'type="static"');
    expect(named(text).map((names) => names.at(-1))).toContain('11-3600.m4s');
  });

  describe('a hundred Representations that name more than is remembered', () => {
    const many = Array.from({ length: 100 }, (_, id) => `<Representation id="${id}"/>`).join('');
    const list = (count: number): string => {
      const urls = Array.from({ length: count }, (_, index) => `<SegmentURL media="${index + 1}"/>`);
      return period(`<SegmentList>${urls.join('')}</SegmentList>${many}`);
    };
    const ends = (text: string): (string | undefined)[] => [named(text)[7]![0], named(text)[7]!.at(-1)];

    test('a film: what is played first', () => {
      expect(ends(mpd(list(500)))).toEqual(['1', '480']);
      const timeline = '<SegmentTimeline><S t="0" d="1" r="499"/></SegmentTimeline>';
      const template = `<SegmentTemplate media="$Time$">${timeline}</SegmentTemplate>`;
      expect(ends(mpd(period(template + many)))).toEqual(['0', '479']);
    });

    test('a live list: what is nearest to the present', () => {
      expect(ends(mpd(list(500), live))).toEqual(['21', '500']);
      expect(ends(mpd(list(300), live)), 'all of a shorter one').toEqual(['1', '300']);
    });
  });

  describe('live, with a window of many hours: counted back from the present', () => {
    const many = Array.from({ length: 100 }, (_, id) => `<Representation id="${id}"/>`).join('');
    const day = 'type="dynamic" availabilityStartTime="2026-11-25T12:00:00Z" timeShiftBufferDepth="PT24H"';

    test('numbers', () => {
      const text = mpd(period(`<SegmentTemplate duration="2" media="$Number$.m4s"/>${many}`), day);
      expect(named(text)[7]!.at(-1)).toBe('43206.m4s');
    });

    test('a timeline, whose numbers are those of its whole', () => {
      const timeline = '<SegmentTimeline><S t="0" d="2" r="9999"/><S d="2" r="-1"/></SegmentTimeline>';
      const rules = `<SegmentTemplate media="$Time$-$Number$.m4s">${timeline}</SegmentTemplate>`;
      expect(named(mpd(period(rules + many), day))[7]!.at(-1)).toBe('86398-43200.m4s');
    });
  });

  test('how long segments are', () => {
    const extinf = (rules: string): string | undefined =>
      /#EXTINF:.*/.exec(dashPlaylists(mpd(period(rules)), MPD, AT)[0]!.text)?.[0];
    const timeline = '<SegmentTimeline><S d="48048" r="3"/></SegmentTimeline>';
    const template = `<SegmentTemplate timescale="24000" media="$Time$">${timeline}</SegmentTemplate>`;
    expect(extinf(`${template}<Representation id="1"/>`)).toBe('#EXTINF:2.002,');
    expect(extinf('<SegmentTemplate duration="3" media="$Number$"/><Representation id="1"/>')).toBe('#EXTINF:3.000,');
    const list = '<SegmentList duration="4"><SegmentURL media="1"/></SegmentList>';
    expect(extinf(`<Representation id="1">${list}</Representation>`)).toBe('#EXTINF:4.000,');
    expect(extinf(`<Representation id="1">${list.replace(' duration="4"', '')}</Representation>`)).toBe('#EXTINF:1,');
    expect(extinf(`<Representation id="1">${list.replace('"4"', '"0"')}</Representation>`)).toBe('#EXTINF:1,');
    expect(extinf(`<Representation id="1">${list.replace('>', ' timescale="2">')}</Representation>`)).toBe(
      '#EXTINF:2.000,',
    );
  });

  test('does not grow without end', () => {
    const rules = '<SegmentTemplate timescale="1000" duration="1" media="$Number$.m4s"/><Representation id="1"/>';
    const text = mpd(period(rules), 'type="static" mediaPresentationDuration="PT100H"');
    expect(dashPlaylists(text, MPD, AT)[0]!.text.split('\n').length).toBeLessThan(100_000);
  });
});

test('what a manifest is', () => {
  for (const text of ['<MPD>', '<?xml version="1.0"?>\n<!-- a -->\n<MPD type="static">', '<mpd:MPD >']) {
    expect(isMpd(text)).toBe(true);
  }
  for (const text of ['<MPDs>', '#EXTM3U', 'x<MPD>', '{"MPD":1}', '<Patch>']) expect(isMpd(text)).toBe(false);
});
