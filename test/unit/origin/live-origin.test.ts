import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { filesBelow } from '../../../examples/origin/file-content.mjs';
import { createLiveOrigin } from '../../../examples/origin/live-origin.mjs';

const media = new URL('../../media/', import.meta.url).pathname;
const start = Date.parse('2026-01-01T00:00:00Z');
const loop = 10; // segments of two seconds in the recording

function liveAt(root = 'fmp4', windowSegments = 6) {
  let now = start;
  const origin = createLiveOrigin({ files: filesBelow(media + root), clock: () => now, windowSegments });
  const ask = (path: string, headers: Record<string, string> = {}) =>
    origin(new Request(`http://edge.test/live/${path}`, { headers }));
  return {
    ask,
    text: async (path: string) => (await ask(path)).text(),
    status: async (path: string) => (await ask(path)).status,
    at: (seconds: number) => {
      now = start + Math.round(seconds * 1000);
    },
  };
}

/** Reads a playlist as a player does: number, continuity counter, time and URI of each segment. */
function read(playlist: string) {
  const tag = (name: string) => Number(new RegExp(`^#EXT-X-${name}:(\\d+)$`, 'm').exec(playlist)![1]);
  let number = tag('MEDIA-SEQUENCE');
  let continuity = tag('DISCONTINUITY-SEQUENCE');
  let time = '';
  const segments = [];
  for (const line of playlist.split('\n')) {
    if (line === '#EXT-X-DISCONTINUITY') continuity++;
    if (line.startsWith('#EXT-X-PROGRAM-DATE-TIME:')) time = line.slice(25);
    if (line !== '' && !line.startsWith('#')) segments.push({ number: number++, continuity, time, uri: line });
  }
  return segments;
}

describe('createLiveOrigin', () => {
  it('starts with a whole window that ends now', async () => {
    const live = liveAt();
    expect(await live.text('hi/i.m3u8')).toBe(
      [
        '#EXTM3U',
        '#EXT-X-VERSION:7',
        '#EXT-X-TARGETDURATION:2',
        '#EXT-X-MEDIA-SEQUENCE:0',
        '#EXT-X-DISCONTINUITY-SEQUENCE:0',
        '#EXT-X-INDEPENDENT-SEGMENTS',
        '#EXT-X-MAP:URI="init_1.mp4"',
        ...[0, 1, 2, 3, 4, 5].flatMap((number) => [
          `#EXT-X-PROGRAM-DATE-TIME:${new Date(start - 12_000 + number * 2000).toISOString()}`,
          '#EXTINF:2.000000,',
          `s${number}.m4s`,
        ]),
        '',
      ].join('\n'),
    );
  });

  it('publishes a segment at the moment it ends, in every rendition', async () => {
    const live = liveAt();
    for (const playlist of ['lo/i.m3u8', 'hi/i.m3u8', 'en/i.m3u8', 'sub/i.m3u8']) {
      live.at(1.999);
      expect(read(await live.text(playlist)).map(({ number }) => number)).toEqual([0, 1, 2, 3, 4, 5]);
      live.at(2);
      expect(read(await live.text(playlist)).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
    }
  });

  it('gives every segment of six hours one number, one time, one continuity counter and one URI', async () => {
    const live = liveAt('ts');
    for (let seconds = 0; seconds <= 6 * 3600; seconds += 2) {
      live.at(seconds);
      const first = seconds / 2;
      const expected = [0, 1, 2, 3, 4, 5].map((index) => ({
        number: first + index,
        continuity: Math.floor((first + index) / loop),
        time: new Date(start - 12_000 + (first + index) * 2000).toISOString(),
        uri: `s${first + index}.ts`,
      }));
      expect(read(await live.text('lo/i.m3u8'))).toEqual(expected);
    }
  });

  it('keeps sound that does not fall on the same border in step with the picture', async () => {
    const live = liveAt();
    live.at(40);
    const sound = read(await live.text('en/i.m3u8'));
    const picture = read(await live.text('hi/i.m3u8'));
    const seconds = ({ time }: { time: string }) => (Date.parse(time) - start) / 1000;
    for (const [index, segment] of sound.entries()) {
      expect(segment.number).toBe(picture[index]!.number);
      expect(segment.continuity).toBe(picture[index]!.continuity);
      expect(Math.abs(seconds(segment) - seconds(picture[index]!))).toBeLessThan(0.02);
    }
  });

  it('serves the segment that the recording has at that place', async () => {
    const live = liveAt();
    live.at(20_000);
    for (const { number, uri } of read(await live.text('hi/i.m3u8'))) {
      const response = await live.ask(`hi/${uri}`);
      expect(response.headers.get('Content-Type')).toBe('video/iso.segment');
      const file = `${media}fmp4/hi/s00${number % loop}.m4s`;
      expect(Buffer.from(await response.arrayBuffer()).equals(await readFile(file))).toBe(true);
    }
  });

  it('keeps a segment as long again as it was in the playlist, then it is gone', async () => {
    const live = liveAt();
    expect(await live.status('hi/s6.m4s')).toBe(404);
    live.at(2);
    expect(await live.status('hi/s6.m4s')).toBe(200);
    live.at(2 + 6 * 2 * 2 - 0.001);
    expect(await live.status('hi/s6.m4s')).toBe(200);
    live.at(2 + 6 * 2 * 2);
    expect(await live.status('hi/s6.m4s')).toBe(404);
  });

  it.each([
    'nothing.m3u8',
    'hi/s000.m4s',
    'hi/s01.m4s',
    'hi/s0.ts',
    'hi/s-1.m4s',
    'hi/s99999999999999999999.m4s',
    'hi/init_0.mp4',
    's0.m4s',
    'lo/../hi/../../v.mp4',
    '',
  ])('does not find %s', async (path) => {
    expect(await liveAt().status(path)).toBe(404);
  });
});
