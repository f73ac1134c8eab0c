import { describe, expect, it } from 'vitest';
import { filesBelow } from '../../../examples/origin/file-content.mjs';
import { createFilmOrigin } from '../../../examples/origin/film-origin.mjs';
import { createLiveOrigin } from '../../../examples/origin/live-origin.mjs';
import { find } from '../../../examples/origin/mp4-boxes.mjs';

const files = filesBelow(new URL('../../media/fmp4', import.meta.url).pathname);
const film = createFilmOrigin({ files, times: 3, base: '/', continuousAfter: 20 });
let now = 0;
const live = createLiveOrigin({ files, clock: () => now, base: '/', continuous: true });

type Origin = typeof film;
const ask = (origin: Origin, path: string): Promise<Response> => origin(new Request(`http://edge.test/${path}`));
const textOf = async (origin: Origin, path: string): Promise<string> => (await ask(origin, path)).text();
const segmentsOf = (playlist: string): string[] => playlist.match(/^[^#\s].*$/gm)!;

/** Returns the seconds at which a segment begins by its index, and by its fragment, and its length. */
async function timesOf(origin: Origin, path: string): Promise<{ index: number; fragment: number; length: number }> {
  const bytes = Buffer.from(await (await ask(origin, path)).arrayBuffer());
  const index = find(bytes, 'sidx');
  const timescale = index.readUInt32BE(16);
  return {
    index: Number(index.readBigUInt64BE(20)) / timescale,
    fragment: Number(find(bytes, 'tfdt').readBigUInt64BE(12)) / timescale,
    length: index.readUInt32BE(44) / timescale,
  };
}

/** Expects that each segment begins where the one before it ends. */
async function expectOneTimeline(origin: Origin, folder: string, segments: readonly string[]): Promise<void> {
  let { fragment: end } = await timesOf(origin, `${folder}/${segments[0]}`);
  for (const segment of segments) {
    const { index, fragment, length } = await timesOf(origin, `${folder}/${segment}`);
    expect(index, segment).toEqual(end);
    expect(fragment, segment).toEqual(end);
    end += length;
  }
}

describe.each(['lo', 'hi', 'en'])('a film on one timeline, %s', (folder) => {
  it('goes on from one repetition to the next, with one init segment and no discontinuity', async () => {
    const playlist = await textOf(film, `${folder}/i.m3u8`);
    const segments = segmentsOf(playlist);
    expect(segments).toHaveLength(30);
    expect(playlist.match(/^#EXT-X-MAP/gm)).toHaveLength(1);
    expect(playlist).not.toMatch('DISCONTINUITY');
    await expectOneTimeline(film, folder, segments);
  });

  it('goes on when the recording of a live stream begins again', async () => {
    const seen = new Set<string>();
    for (now = 0; now < 60_000; now += 10_000) {
      const playlist = await textOf(live, `${folder}/i.m3u8`);
      expect(playlist).not.toMatch('DISCONTINUITY');
      const segments = segmentsOf(playlist);
      for (const segment of segments) seen.add(segment);
      await expectOneTimeline(live, folder, segments);
    }
    expect(seen.size).toBe(31);
  });
});

it.each([
  ['film', film],
  ['live stream', live],
])('has picture and sound, and no subtitles: %s', async (_, origin) => {
  const text = await textOf(origin, 'master.m3u8');
  expect(text).not.toMatch('SUBTITLES');
  expect(text.match(/^#EXT-X-(MEDIA|STREAM-INF):/gm)).toHaveLength(3);
  expect(text.match(/AUDIO="group_aud"$/gm)).toHaveLength(2);
});

describe('subtitles of a film on one timeline', () => {
  const subtitled = createFilmOrigin({ files, times: 3, base: '/', continuousAfter: 20, subtitles: true });

  it('are named, and their cues go on from one repetition to the next', async () => {
    expect(await textOf(subtitled, 'master.m3u8')).toMatch('TYPE=SUBTITLES');
    const segments = segmentsOf(await textOf(subtitled, 'sub/i.m3u8'));
    expect(segments).toHaveLength(30);
    const starts = await Promise.all(
      segments.map(async (segment) => {
        const text = await textOf(subtitled, `sub/${segment}`);
        const [, ticks] = /MPEGTS:(\d+),LOCAL:00:00:00.000/.exec(text)!;
        const [, seconds] = /^00:00:([\d.]+) -->/m.exec(text)!;
        return Number(ticks) / 90_000 + Number(seconds);
      }),
    );
    expect(starts).toEqual(segments.map((_, index) => expect.closeTo(index * 2 + 0.2, 3)));
  });

  it('are left out where they are not asked for', async () => {
    expect(await textOf(film, 'master.m3u8')).not.toMatch('SUBTITLES');
  });
});
