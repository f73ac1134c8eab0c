import { describe, expect, test } from 'vitest';
import { canBeWrittenOut } from '../../../packages/cli/src/doctor/ask/dash-size.ts';

const representations = (count: number): string => '<Representation id="v" bandwidth="1"/>'.repeat(count);
const timeline = (s: string): string =>
  `<SegmentTemplate media="$Time$.m4s" timescale="1"><SegmentTimeline>${s}</SegmentTimeline></SegmentTemplate>`;
const mpd = (within: string, length = 'PT2H', more = ''): string =>
  `<?xml version="1.0"?><MPD mediaPresentationDuration="${length}"${more}><Period><AdaptationSet>${within}</AdaptationSet></Period></MPD>`;

describe('a manifest is written out', () => {
  test.each([
    ['of fifty representations that share two hours', mpd(timeline('<S d="2" r="3599"/>') + representations(50))],
    [
      'of fifty that have a timeline each',
      mpd(`<Representation>${timeline('<S d="2" r="3599"/>')}</Representation>`.repeat(50)),
    ],
    [
      'that was live two years ago',
      mpd('<SegmentTemplate duration="4"/>', 'PT2H', ' availabilityStartTime="2020-01-01T00:00:00Z"'),
    ],
    [
      'of fifty that have a `BaseURL` each, on two CDNs',
      mpd(
        `<!-- <Representation> -->\n${timeline('<S d="2" r="1799"/>')}\n` +
          '<Representation id="v" ><BaseURL>720p/</BaseURL>\n</Representation>'.repeat(50),
      ).replace('<Period>', `${'<BaseURL serviceLocation="a">https://a.example.com/vod/</BaseURL>'.repeat(2)}<Period>`),
    ],
    [
      'with an index of a representation',
      mpd(
        '<Representation><SegmentBase><RepresentationIndex range="1-2"></RepresentationIndex></SegmentBase></Representation>',
      ),
    ],
    [
      'of two hours with a token of 800 characters',
      mpd(`<BaseURL>${'a'.repeat(800)}/</BaseURL>${timeline('<S d="2" r="3599"/>')}${representations(20)}`),
    ],
  ])('%s', (_, manifest) => {
    expect(canBeWrittenOut(manifest)).toBe(true);
  });
});

/** A manifest with `text` in the whole, in the period, in the set and in the representation. */
const everywhere = (text: string): string =>
  `<MPD>${text}<Period>${text}<AdaptationSet>${text}<Representation>${text}</Representation></AdaptationSet></Period></MPD>`;

test('a manifest whose own URL is long is not written out', () => {
  const manifest = mpd(timeline('<S d="2" r="3599"/>') + representations(50));
  expect(canBeWrittenOut(manifest, { urlLength: 500 })).toBe(true);
  expect(canBeWrittenOut(manifest, { urlLength: 8000 })).toBe(false);
});

describe('a manifest is not written out', () => {
  const million = '<S d="1" r="1000000"/>';
  const many = timeline('<S d="1" r="20000"/>');

  test.each([
    ['in single quotes', mpd(timeline(million.replaceAll('"', "'")))],
    ['with spaces', mpd(timeline(million.replaceAll('=', ' = ')))],
    ['without quotes', mpd(timeline(million.replaceAll('"', ' ')))],
    ['with references to characters', mpd(timeline(million.replace('"1000', '"&#49;000')))],
    ['inherited by many', mpd(many + representations(20))],
    ['inherited by many that stand in front', mpd(representations(20) + many)],
    ['inherited from the period', mpd(representations(20)).replace('<Period>', `<Period>${many}`)],
    [
      'inherited, and looks like none',
      mpd(`<!-- <Representation> -->${many}<!-- </Representation> -->${representations(20)}`),
    ],
    ['of durations', mpd('<SegmentTemplate duration="1" timescale="1000"/>', 'PT2000S')],
    ['of durations of a list', mpd("<SegmentList duration='1' timescale='1000'/>", 'PT2000S')],
    ['live since long ago', mpd('<SegmentTemplate duration="1"/>', 'PT1S', " type='dynamic'")],
    ['longer than any in use', mpd(' '.repeat(500_000))],
    ['of a long `BaseURL`', mpd(`<BaseURL>${'a'.repeat(400_000)}</BaseURL>${timeline('<S d="1" r="199000"/>')}`)],
    ['of a `BaseURL` that is escaped', mpd(`<BaseURL>${'é'.repeat(400)}</BaseURL>${timeline('<S d="1" r="99000"/>')}`)],
    ['of a `BaseURL` that contains another', mpd('<BaseURL>a<BaseURL>b</BaseURL>c</BaseURL>')],
    [
      'of a long template',
      mpd(timeline('<S d="1" r="199000"/>').replace('$Time$', 'a'.repeat(400_000)) + representations(1)),
    ],
    ['of long numbers', mpd(timeline('<S d="1"/>').replace('$Time$', '$Time%0900000000d$') + representations(1))],
    [
      'of a long name many times',
      mpd(
        timeline('<S d="1"/>').replace('$Time$', '$RepresentationID$'.repeat(10_000)) +
          `<Representation id="${'a'.repeat(200_000)}"/>`,
      ),
    ],
    ['of segments one by one', mpd(timeline('<S d="1"/>'.repeat(10_000)) + representations(1000))],
    [
      'of a list of segments one by one',
      mpd(`<SegmentList duration="9000">${'<SegmentURL/>'.repeat(10_000)}</SegmentList>${representations(1000)}`),
    ],
    ['of a `BaseURL` beside others, on each level', everywhere('<BaseURL>a</BaseURL>'.repeat(30))],
    [
      'of the same, behind a value that closes an element',
      everywhere('<BaseURL>a</BaseURL>'.repeat(30)).replace(
        '<Representation',
        '<Label a="</AdaptationSet><AdaptationSet>"/><Representation',
      ),
    ],
    [
      'of the same, behind a comment that closes an element',
      everywhere('<BaseURL>a</BaseURL>'.repeat(30)).replace(
        '<Representation',
        '<!-- </AdaptationSet><AdaptationSet> <!-- --><Representation',
      ),
    ],
    ['with an end too many', mpd('<Representation></Representation></Representation>')],
    ['with an end too few', mpd('<Representation>')],
    ['with a comment in a value', mpd('<Label a="<!--"/><S r="1000000"/><Label a="-->"/>')],
  ])('%s', (_, manifest) => {
    expect(canBeWrittenOut(manifest)).toBe(false);
  });
});
