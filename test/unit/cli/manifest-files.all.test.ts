import { describe, expect, test } from 'vitest';
import { listedFiles } from '../../../packages/cli/src/doctor/ask/listed-files.ts';

const url = 'https://cdn.example.com/vod/x.mpd';
const set = (content: string): string => `<AdaptationSet mimeType="video/mp4">${content}</AdaptationSet>`;
const mpd = (content: string, attributes = 'mediaPresentationDuration="PT1H"'): string =>
  `<?xml version="1.0"?><MPD ${attributes}><Period>${content}</Period></MPD>`;
const representation = '<Representation id="v" bandwidth="1"/>';
const template = (name: string, more = 'duration="2"'): string =>
  `<SegmentTemplate media="${name}-$Number$.m4s" ${more}/>${representation}`;
const live = 'type="dynamic" minimumUpdatePeriod="PT2S" availabilityStartTime="1970-01-01T00:00:00Z"';

describe('a manifest that the parser cannot write out names none, and the doctor goes on', () => {
  const K = '2000000000';
  const timeline = (entries: string): string =>
    `<SegmentTemplate media="$Time$"><SegmentTimeline>${entries}</SegmentTimeline></SegmentTemplate>${representation}`;

  test.each([
    ['a repeat count', mpd(set(timeline(`<S d="1" r="${K}"/>`)))],
    ['a repeat up to a late entry', mpd(set(timeline(`<S t="0" d="1" r="-1"/><S t="${K}" d="1"/>`)))],
    ...[16, 20, 25].map((millions): [string, string] => [
      `${millions} million segments: a thread with a limit of memory would abort its process`,
      mpd(set(template('v', `duration="1" timescale="${millions * 1000}"`)), 'mediaPresentationDuration="PT1000S"'),
    ]),
    ['a width of 400 million digits', mpd(set(template('%0400000000d$Number%0400000000d$')))],
    ['the timescale', mpd(set(template('v', `duration="1" timescale="${K}"`)))],
    ['a duration', mpd(set(template('v', 'duration="1"')), `mediaPresentationDuration="-PT${K}S"`)],
    ['a live stream that began long ago', mpd(set(template('v', 'duration="1" timescale="99"')), live)],
    [
      'representations that inherit them',
      mpd(set(template('v', 'duration="1" timescale="1000"') + representation.repeat(1000))),
    ],
    [
      'representations that inherit them behind an end that closes nothing',
      mpd(
        set(
          `<Representation.x></Representation.x>${template('v', 'duration="1" timescale="1000"')}</Representation>` +
            representation.repeat(1000),
        ),
      ),
    ],
    ['`BaseURL`s on each level', everywhere('<BaseURL>a/</BaseURL>'.repeat(400))],
    ['numbers of many digits', mpd(set(template('%0900000000d$Number%0900000000d$')))],
  ])('billions of segments or characters by %s', { timeout: 30_000 }, async (_, text) => {
    expect(await listedFiles(text, url)).toEqual([]);
  });

  /** A manifest with `content` in the whole, the period, the set and the representation. */
  function everywhere(content: string): string {
    const inSet = `${content}<Representation id="v" bandwidth="1">${content}</Representation>`;
    return `<MPD mediaPresentationDuration="PT1H">${content}<Period>${content}${set(inSet)}</Period></MPD>`;
  }
});
