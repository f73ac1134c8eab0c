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
  ])('%s', (_, manifest) => {
    expect(canBeWrittenOut(manifest)).toBe(true);
  });
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
  ])('%s', (_, manifest) => {
    expect(canBeWrittenOut(manifest)).toBe(false);
  });
});
