import { describe, expect, test, vi } from 'vitest';
import { listedFiles } from '../../../packages/cli/src/doctor/ask/listed-files.ts';

const playlist = (count: number): string => `#EXTM3U\n${'a\n'.repeat(count)}`;
const long = `https://cdn.example.com/${'a'.repeat(8000)}/`;

test('a playlist names a file of each kind', () => {
  expect(listedFiles(playlist(1000), `${long}v.m3u8`)).toEqual([{ kind: 'segment', url: `${long}a` }]);
});

test('a playlist whose URLs would fill the memory names none', () => {
  expect(listedFiles(playlist(13_000), `${long}v.m3u8`)).toEqual([]);
});

describe('a DASH manifest', () => {
  const folder = 'https://cdn.example.com/vod/';
  const url = `${folder}x.mpd?st=a`;
  const set = (content: string): string => `<AdaptationSet lang="en">${content}</AdaptationSet>`;
  const mpd = (content: string, attributes = ''): string => `<?xml version="1.0"?><MPD ${attributes}>${content}</MPD>`;
  const own = '<Representation id="v1" bandwidth="500"/>';
  const segments = (text: string): string[] =>
    listedFiles(text, url)
      .filter(({ kind }) => kind === 'segment')
      .map((file) => file.url.replace(folder, ''));

  test.each<[string, string, string[]]>([
    [
      'a template with numbers, whose first is the start number',
      mpd(set(`<SegmentTemplate media="$RepresentationID$/$Number%05d$.m4s" startNumber="7"/>${own}`)),
      ['v1/00007.m4s'],
    ],
    [
      'a template with times, in the set or around it',
      mpd(
        `<SegmentTemplate media="$Bandwidth$-$Time$.m4s"/>${set(
          `<SegmentTemplate><SegmentTimeline><S t="90" d="2" r="9"/></SegmentTimeline></SegmentTemplate>${own}`,
        )}`,
      ),
      ['500-90.m4s'],
    ],
    [
      'a file for a Representation',
      mpd(set('<Representation id="v"><BaseURL>v.mp4</BaseURL></Representation>')),
      ['v.mp4'],
    ],
    [
      'base URLs within each other, and a list of segments',
      mpd(`<BaseURL>a/</BaseURL>${set(`<BaseURL>b/</BaseURL><SegmentList><SegmentURL media="1.m4s"/></SegmentList>`)}`),
      ['a/b/1.m4s'],
    ],
    [
      'escapes, prefixes and comments of XML',
      '<m:MPD><!-- <m:BaseURL>no/</m:BaseURL> --><m:AdaptationSet>' +
        "<m:SegmentTemplate media='$Number$.m4s?a=1&amp;b=2'/><m:Representation id='v'/></m:AdaptationSet></m:MPD>",
      ['1.m4s?a=1&b=2'],
    ],
    ['one file for each set', mpd(set(own) + set('<BaseURL>a.mp4</BaseURL>')), ['x.mpd?st=a', 'a.mp4']],
  ])('names by %s', (_, text, expected) => {
    expect(segments(text)).toEqual(expected);
  });

  test('names its init segment', () => {
    const text = mpd(set(`<SegmentTemplate media="s" initialization="$RepresentationID$.mp4"/>${own}`));
    expect(listedFiles(text, url)[0]).toEqual({ kind: 'init segment', url: `${folder}v1.mp4` });
  });

  test('that is live names a recent segment', () => {
    const entries = '<S t="0" d="2" r="9"/><S d="3"/>';
    const timeline = `<SegmentTimeline>${entries}</SegmentTimeline>`;
    const withTimes = `<SegmentTemplate media="$Number$-$Time$">${timeline}</SegmentTemplate>`;
    expect(segments(mpd(set(withTimes), 'type="dynamic"'))).toEqual(['11-20']);
    vi.useFakeTimers({ now: 1_000_000 });
    const live = 'type="dynamic" availabilityStartTime="1970-01-01T00:00:00Z"';
    expect(segments(mpd(set('<SegmentTemplate media="$Number$" duration="2"/>'), live))).toEqual(['498']);
    vi.useRealTimers();
  });

  test.each<[string, string]>([
    ['another document', '<html/>'],
    ['no URL', mpd(set('<SegmentTemplate media="https://["/>'))],
    ['a URL of another scheme', mpd(set('<SegmentTemplate media="file:///etc/passwd"/>'))],
    ['a name that is too long', mpd(set(`<SegmentTemplate media="${'a'.repeat(9000)}"/>`))],
  ])('with %s names none', (_, text) => {
    expect(segments(text)).toEqual([]);
  });

  test.each<[string, string]>([
    [
      'two billion segments',
      mpd(set('<SegmentTimeline><S t="0" d="1" r="2000000000"/></SegmentTimeline>'), 'type="dynamic"'),
    ],
    ['numbers of 400 million digits', mpd(set('<SegmentTemplate media="$Number%0400000000d$"/>'))],
    ['a hundred thousand sets', mpd(set(own).repeat(15_000))],
    ['a long run of letters', mpd(set(`<SegmentTemplate ${'a'.repeat(900_000)}/>`))],
    ['tags that do not end', mpd('<AdaptationSet '.repeat(60_000))],
    ['comments that do not end', mpd('<!--'.repeat(200_000))],
    ['base URLs that do not end', mpd('<BaseURL '.repeat(100_000))],
  ])('with %s is read in no time', (_, text) => {
    const begun = performance.now();
    expect(listedFiles(text, url).length).toBeLessThanOrEqual(20);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
