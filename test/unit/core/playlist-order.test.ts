import { describe, expect, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import { PlaylistOrder } from '../../../packages/core/src/playlists/playlist-order.ts';
import { KnownPlaylist } from '../../../packages/core/src/playlists/known-playlist.ts';
import { KnownPlaylists } from '../../../packages/core/src/playlists/known-playlists.ts';
import {
  lastSegments,
  lineAt,
  skippedSegments,
  withoutDirectives,
} from '../../../packages/core/src/playlists/media-playlist.ts';
import { FOLDER, MEDIA, each, fakeTime, lab, advanceSeconds, playing, playlist, range, segment } from './lab.ts';

fakeTime();

/**
 * Returns the URLs that are asked for with `url` when whatever was signed ahead has expired: they show the order alone.
 */
async function askedWith(viewer: ReturnType<typeof lab>, url: string): Promise<string[]> {
  await advanceSeconds(400);
  viewer.calls.length = 0;
  await viewer.source.sign(url);
  return viewer.asked()[0]!;
}

describe('a playlist whose query changes with each reload', () => {
  test('is the same one: the new segment is signed ahead', async () => {
    const { source, asked, calls } = lab(each());
    await source.sign(`${MEDIA}?_=1`);
    source.learn(`${MEDIA}?_=1`, hlsOrDash(playlist(1, 9, false)));
    await advanceSeconds();
    calls.length = 0;
    source.learn(`${MEDIA}?_=2`, hlsOrDash(playlist(2, 10, false)));
    await advanceSeconds();
    expect(asked()).toEqual([[segment(10)]]);
  });

  test('a segment signs the next ones', async () => {
    const viewer = lab(each());
    viewer.source.learn(`${MEDIA}?_=1`, hlsOrDash(playlist(1, 9, false)));
    viewer.source.learn(`${MEDIA}?_=2`, hlsOrDash(playlist(8, 20, false)));
    expect(await askedWith(viewer, segment(9))).toEqual(range(9, 15));
  });
});

test('two playlists that differ in their query only have an order each', async () => {
  const viewer = lab(each());
  const sound = (n: number): string => `${FOLDER}en-${n}.ts`;
  const other = playlist(1, 20).replaceAll(/^\d+\.ts/gm, 'en-$&');
  viewer.source.learn(`${MEDIA}?track=1`, hlsOrDash(playlist(1, 20)));
  viewer.source.learn(`${MEDIA}?track=2`, hlsOrDash(other));
  expect(await askedWith(viewer, segment(3))).toEqual(range(3, 9));
  expect(await askedWith(viewer, sound(3))).toEqual(range(3, 9, sound));
});

describe('playlists of one path, each reload with another query', () => {
  test('each is found again, also after another one of them was', () => {
    const playlists = new KnownPlaylists();
    const [one, two] = [new KnownPlaylist(), new KnownPlaylist()];
    const found: unknown[] = [];
    const learn = (query: string, which: KnownPlaylist): void =>
      playlists.learn(MEDIA + query, {
        isContinued: (known) => known === which,
        next: (known) => {
          found.push(known);
          return which;
        },
      });
    learn('?_=1', one);
    learn('?_=2', two);
    learn('?_=3', one);
    learn('?_=4', two);
    expect(found.map((known) => [one, two].indexOf(known as KnownPlaylist))).toEqual([-1, -1, 0, 1]);
  });

  test('a new one is compared with the latest twenty', () => {
    const playlists = new KnownPlaylists();
    const isContinued = vi.fn(() => false);
    for (let n = 0; n < 30; n++) playlists.learn(`${MEDIA}?${n}`, { isContinued, next: () => new KnownPlaylist() });
    isContinued.mockClear();
    playlists.learn(MEDIA, { isContinued, next: () => new KnownPlaylist() });
    expect(isContinued).toHaveBeenCalledTimes(20);
  });
});

test.each([
  [100, 100],
  [101, 0],
])('a segment of %i parts: %i of them are looked at', (count, looked) => {
  const parts = Array.from({ length: count }, (_, n) => `#EXT-X-PART:DURATION=1,URI="${n}.m4s"\n`).join('');
  expect(lastSegments(`#EXTM3U\n${parts}#EXTINF:4,\n1.ts\n`, 1)[0]!.parts).toHaveLength(looked);
});

test('of two playlists of one stream the newer one counts', async () => {
  const viewer = lab(each());
  viewer.source.learn(`${FOLDER}live.m3u8`, hlsOrDash(playlist(1, 9, false)));
  viewer.source.learn(`${FOLDER}dvr.m3u8`, hlsOrDash(playlist(1, 20, false)));
  expect(await askedWith(viewer, segment(9))).toEqual(range(9, 15));
});

describe('delta updates', () => {
  const parts = (n: number): string[] => [1, 2, 3, 4].map((part) => `#EXT-X-PART:DURATION=1,URI="${n}.${part}.ts"`);
  const numbers = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const lowLatency = (from: number, to: number, skipped: number): string =>
    [
      '#EXTM3U',
      `#EXT-X-MEDIA-SEQUENCE:${from}`,
      ...(skipped ? [`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`] : []),
      ...numbers(from + skipped, to).flatMap((n) => [...(n > to - 2 ? parts(n) : []), '#EXTINF:4,', `${n}.ts`]),
      `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${to + 1}.1.ts"`,
      '',
    ].join('\n');

  test('who plays behind the edge of a low-latency stream still reads ahead', async () => {
    const viewer = lab(each());
    viewer.source.learn(MEDIA, hlsOrDash(lowLatency(1, 30, 0)));
    for (let n = 1; n <= 20; n++)
      viewer.source.learn(`${MEDIA}?_HLS_skip=YES&_HLS_msn=${30 + n}`, hlsOrDash(lowLatency(1 + n, 30 + n, 24)));
    expect(await askedWith(viewer, segment(24))).toContain(segment(25));
    expect(await askedWith(viewer, segment(20)), 'it has left the window').toEqual([segment(20)]);
  });

  const keyed = (from: number, to: number, skipped: number): string =>
    [
      '#EXTM3U',
      `#EXT-X-MEDIA-SEQUENCE:${from}`,
      ...(skipped ? [`#EXT-X-SKIP:SKIPPED-SEGMENTS=${skipped}`] : []),
      ...numbers(from + skipped, to).flatMap((n) => [
        `#EXT-X-KEY:METHOD=AES-128,URI="key${n}"`,
        '#EXTINF:4,',
        `${n}.ts`,
      ]),
      '',
    ].join('\n');

  test('so with a key for each segment', async () => {
    const viewer = lab(each());
    viewer.source.learn(MEDIA, hlsOrDash(keyed(1, 30, 0)));
    viewer.source.learn(`${MEDIA}?_HLS_skip=YES`, hlsOrDash(keyed(2, 31, 24)));
    expect(await askedWith(viewer, segment(5))).toContain(segment(6));
  });

  test('the last two keys or init segments before the window are kept: they may still be in force', () => {
    const order = new PlaylistOrder();
    order.learn(keyed(1, 30, 0), (uri) => uri);
    order.learn(keyed(5, 32, 24), (uri) => uri);
    expect(['4.ts', 'key3', 'key4', 'key5', '5.ts'].map((key) => order.has(key))).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
  });
});

test('an init segment that is loaded again signs what follows in the window, not what has left it', async () => {
  const withInit = (from: number, to: number): string =>
    playlist(from, to, false).replace('#EXTINF', '#EXT-X-MAP:URI="init.mp4"\n#EXTINF');
  const viewer = lab(each());
  viewer.source.learn(MEDIA, hlsOrDash(withInit(1, 9)));
  viewer.source.learn(MEDIA, hlsOrDash(withInit(5, 13)));
  expect(await askedWith(viewer, `${FOLDER}init.mp4`)).toEqual([`${FOLDER}init.mp4`, ...range(5, 10)]);
});

describe('where a line begins', () => {
  test.each([
    ['#EXTM3U\n1.ts\n2.ts\n', '2.ts', 13],
    ['#EXTM3U\n1.ts\n2.ts\n', '1.ts', 8],
    ['#EXTM3U\r\n1.ts\r\n', '1.ts', 9],
    ['#EXTM3U\na1.ts\n1.ts', '1.ts', 14],
    ['\n1.ts', '1.ts', 1],
    ['#EXTM3U\n1.ts\n', '3.ts', 0],
    ['#EXTM3U\n1.ts\n', '', 0],
    ['1.ts', '1.ts', 0],
  ])('in %j: %s', (text, beginning, expected) => {
    expect(lineAt(text, beginning)).toBe(expected);
  });
});

test.each([
  ['#EXTM3U\n#EXT-X-SKIP:SKIPPED-SEGMENTS=24\n', 24],
  ['#EXTM3U\r\n#EXT-X-SKIP:RECENTLY-REMOVED-DATERANGES="a\tb,c",SKIPPED-SEGMENTS=3\r\n', 3],
  ['#EXTM3U\n#EXTINF:4,#EXT-X-SKIP:SKIPPED-SEGMENTS=24\n', 0],
  ['#EXTM3U\n', 0],
])('how many segments %j leaves out', (text, count) => {
  expect(skippedSegments(text)).toBe(count);
});

test.each([
  ['?_HLS_msn=6&_HLS_part=0', ''],
  ['?_HLS_msn=6&x=1', '?x=1'],
  ['?x=1&_HLS_msn=6', '?x=1'],
  ['?_HLS_msn=6&x=1&_HLS_skip=YES&y=2&z', '?x=1&y=2&z'],
  ['?x=1&y=2', '?x=1&y=2'],
  ['?x=_HLS_msn=6', '?x=_HLS_msn=6'],
  ['?x_HLS_msn=6', '?x_HLS_msn=6'],
])('the URL of a playlist, without directives: %s', (query, expected) => {
  expect(withoutDirectives(MEDIA + query)).toBe(MEDIA + expected);
});

test('names of more than 2000 characters are not read ahead', async () => {
  const long = 'x'.repeat(2000);
  const viewer = await playing(playlist(1, 20).replace('3.ts', `${long}.ts`));
  await viewer.source.sign(segment(1));
  expect(viewer.asked()).toEqual([[1, 2, 4, 5, 6, 7, 8].map(segment)]);
});

describe('the URL of a playlist', () => {
  const read = async (url: string): Promise<(readonly string[])[]> => {
    const { source, asked } = lab(each());
    source.learn(url, hlsOrDash(playlist(1, 3)));
    await source.sign(segment(1));
    return asked();
  };
  const path = (length: number): string => `${FOLDER}${'a'.repeat(length - FOLDER.length)}`;

  test('with a path of 2000 characters, and a longer query: the playlist is read ahead', async () => {
    expect(await read(`${path(2000)}?${'b'.repeat(3000)}`)).toEqual([range(1, 3)]);
  });

  test('with a longer path: the playlist is not read ahead', async () => {
    expect(await read(path(2001))).toEqual([[segment(1)]]);
  });
});

test('a playlist whose names never leave its window: the oldest are forgotten', () => {
  const order = new PlaylistOrder();
  const parts = (from: number): string =>
    Array.from({ length: 10_000 }, (_, n) => `#EXT-X-PART:DURATION=1,URI="${from + n}.m4s"`).join('\n');
  for (let from = 0; from < 200_000; from += 10_000) order.learn(parts(from), (uri) => uri);
  expect(order.size).toBeGreaterThanOrEqual(50_000);
  expect(order.size).toBeLessThanOrEqual(60_000);
  expect(order.has('199999.m4s')).toBe(true);
});
