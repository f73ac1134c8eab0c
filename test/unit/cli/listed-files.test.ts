import { describe, expect, test } from 'vitest';
import { listedFiles } from '../../../packages/cli/src/doctor/ask/listed-files.ts';

const playlist = (count: number): string => `#EXTM3U\n${'a\n'.repeat(count)}`;

test('a playlist names a file of each kind; one whose path would fill the memory names none', () => {
  const below = (length: number): string => `https://cdn.example.com/${'a'.repeat(length)}/`;
  expect(listedFiles(playlist(1000), `${below(2000)}v.m3u8`)).toEqual([{ kind: 'segment', url: `${below(2000)}a` }]);
  expect(listedFiles(playlist(1000), `${below(2048)}v.m3u8`)).toEqual([]);
});

describe('a DASH manifest', () => {
  const folder = 'https://cdn.example.com/vod/';
  const set = (content: string): string => `<AdaptationSet lang="en">${content}</AdaptationSet>`;
  const mpd = (content: string, attributes = ''): string => `<?xml version="1.0"?><MPD ${attributes}>${content}</MPD>`;
  const own = '<Representation id="v1" bandwidth="500"/>';
  const filesOf = (text: string): string[] =>
    listedFiles(text, `${folder}x.mpd?st=a`).map(({ kind, url }) => `${kind} ${url.replace(folder, '')}`);

  test.each<[string, string, string[]]>([
    [
      'a template with numbers, whose first is the start number',
      mpd(set(`<SegmentTemplate media="$RepresentationID$/$Number%05d$.m4s" startNumber="7"/>${own}`)),
      ['segment v1/00007.m4s'],
    ],
    [
      'a template with times, in the set or around it',
      mpd(
        `<SegmentTemplate media="$Bandwidth$-$Time$.m4s"/>${set(
          `<SegmentTemplate><SegmentTimeline><S t="90" d="2" r="9"/></SegmentTimeline></SegmentTemplate>${own}`,
        )}`,
      ),
      ['segment 500-90.m4s'],
    ],
    ['a file', mpd(set('<Representation id="v"><BaseURL>v.mp4</BaseURL></Representation>')), ['segment v.mp4']],
    [
      'base URLs within each other, and a list of segments',
      mpd(`<BaseURL>a/</BaseURL>${set(`<BaseURL>b/</BaseURL><SegmentList><SegmentURL media="1.m4s"/></SegmentList>`)}`),
      ['segment a/b/1.m4s'],
    ],
    [
      'escapes, prefixes and comments of XML',
      '<m:MPD><!-- <m:BaseURL>no/</m:BaseURL> --><m:AdaptationSet>' +
        "<m:SegmentTemplate media='$Number$.m4s?a=1&amp;b=2'/><m:Representation id='v'/></m:AdaptationSet></m:MPD>",
      ['segment 1.m4s?a=1&b=2'],
    ],
    [
      'an init segment, and of a live stream no other',
      mpd(set(`<SegmentTemplate media="s" initialization="$RepresentationID$.mp4"/>${own}`), 'type="dynamic"'),
      ['init segment v1.mp4'],
    ],
    ['one file for each set', mpd(set(own) + set('<BaseURL>a.mp4</BaseURL>')), ['segment x.mpd?st=a', 'segment a.mp4']],
  ])('names %s', (_, text, expected) => {
    expect(filesOf(text)).toEqual(expected);
  });

  test.each<[string, string]>([
    ['another document', '<html/>'],
    ['no URL', mpd(set('<SegmentTemplate media="https://["/>'))],
    ['a URL of another scheme', mpd(set('<SegmentTemplate media="file:///etc/passwd"/>'))],
    ['a name that is too long', mpd(set(`<SegmentTemplate media="${'a'.repeat(9000)}"/>`))],
  ])('with %s names none', (_, text) => {
    expect(filesOf(text)).toEqual([]);
  });

  test.each<[string, string]>([
    ['numbers of 400 million digits', mpd(set('<SegmentTemplate media="$Number%0400000000d$"/>'))],
    ['a hundred thousand sets', mpd(set(own).repeat(15_000))],
    ['a long run of letters', mpd(set(`<SegmentTemplate ${'a'.repeat(900_000)}/>`))],
    ['entries that do not end', mpd(set('<S '.repeat(200_000)))],
  ])('with %s is read in no time', (_, text) => {
    const begun = performance.now();
    expect(filesOf(text).length).toBeLessThanOrEqual(20);
    expect(performance.now() - begun).toBeLessThan(1000);
  });
});
