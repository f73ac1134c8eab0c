import { SecureTokenError } from 'secure-token-core';
import { dash, hls, hlsOrDash, list } from 'secure-token-core/playlists';
import type { ListedUrl, Playlist } from 'secure-token-core/playlists';
import { describe, expect, test, vi } from 'vitest';
import { FOLDER, MEDIA, advanceSeconds, each, fakeTime, lab, playlist, range, segment } from './lab.ts';
import type { Lab } from './lab.ts';

fakeTime();

const init: ListedUrl = { url: 'init.mp4', kind: 'resource' };
const segments = (from: number, to: number): ListedUrl[] =>
  range(from, to, String).map((n) => ({ url: `${n}.ts`, seconds: 1 }));

async function viewerOf(urls: readonly ListedUrl[], isLive = false): Promise<Lab> {
  const viewer = lab(each(20));
  await viewer.source.sign(MEDIA);
  viewer.source.learn(MEDIA, list(urls, { isLive }));
  viewer.calls.length = 0;
  return viewer;
}

/** The URLs of each call for a viewer who plays at the live edge, and whose player has what `read` returns. */
async function askedLive(read: (last: number) => Playlist, lifetime = 20): Promise<string[][]> {
  const viewer = lab(each(lifetime));
  await viewer.source.sign(MEDIA);
  for (let last = 6; last < 40; last++) {
    viewer.source.learn(MEDIA, read(last));
    await viewer.source.sign(segment(last));
    await advanceSeconds(1);
  }
  return viewer.asked();
}

describe('list: a playlist that a player has parsed', () => {
  test('on demand: the next six segments are signed along with the first', async () => {
    const viewer = await viewerOf(segments(1, 20));
    await viewer.source.sign(segment(1));
    expect(viewer.asked()).toEqual([range(1, 7)]);
  });

  test('an init segment and a URL of its own are read ahead in their order', async () => {
    const viewer = await viewerOf([init, { url: 'https://cdn.test/ads/1.ts' }, ...segments(1, 20)]);
    await viewer.source.sign(`${FOLDER}init.mp4`);
    expect(viewer.asked()).toEqual([[`${FOLDER}init.mp4`, 'https://cdn.test/ads/1.ts', ...range(1, 5)]]);
  });

  test('live: names that do not exist yet are signed as with hls(text)', async () => {
    const live = (last: number): string => playlist(last - 5, last, false).replaceAll('EXTINF:4', 'EXTINF:1');
    const asked = [
      await askedLive((last) => hls(live(last))),
      await askedLive((last) => list(segments(last - 5, last), { isLive: true })),
    ];
    expect(asked[1]).toEqual(asked[0]);
    expect(asked[0]!.length).toBeLessThan(10);
  });

  test('live: parts stand before their segment, and the one that is being made has parts alone', async () => {
    const parts = (n: number): ListedUrl[] => [0, 1, 2, 3].map((part) => ({ url: `${n}.${part}.m4s`, kind: 'part' }));
    const whole = (n: number): ListedUrl[] => [...parts(n), { url: `${n}.m4s`, seconds: 1 }];
    const viewer = await viewerOf([init, ...[1, 2, 3, 4].flatMap(whole), ...parts(5).slice(0, 2)], true);
    for (const name of ['4.3.m4s', '5.0.m4s', '5.1.m4s']) await viewer.source.sign(FOLDER + name);
    await advanceSeconds(1);
    const asked = viewer.asked().flat();
    expect(asked).toContain(`${FOLDER}5.2.m4s`);
    expect(asked).toContain(`${FOLDER}6.0.m4s`);
  });

  test('live, parts that are ranges of one file: its name is signed once, as with hls(text)', async () => {
    const PARTS = range(1, 20);
    const text = (last: number): string =>
      ['#EXTM3U', '#EXT-X-TARGETDURATION:1', `#EXT-X-MEDIA-SEQUENCE:${last - 5}`]
        .concat(
          range(last - 5, last, String).flatMap((n) => [
            ...PARTS.map((_, at) => `#EXT-X-PART:DURATION=0.05,URI="${n}.ts",BYTERANGE="9@${9 * at}"`),
            '#EXTINF:1,',
            `${n}.ts`,
          ]),
        )
        .join('\n');
    const urls = (last: number): ListedUrl[] =>
      segments(last - 5, last).flatMap((it) => [...PARTS.map((): ListedUrl => ({ ...it, kind: 'part' })), it]);
    const asked = [
      await askedLive((last) => hls(text(last)), 60),
      await askedLive((last) => list(urls(last), { isLive: true }), 60),
    ];
    expect(asked[1]).toEqual(asked[0]);
  });

  test('a reload goes on where the one before ended, and what has left the window is forgotten', async () => {
    const viewer = await viewerOf([init, ...segments(1, 6)]);
    await viewer.source.sign(segment(6));
    viewer.calls.length = 0;
    viewer.source.learn(MEDIA, list([init, ...segments(4, 20)]));
    await advanceSeconds();
    expect(viewer.asked()).toEqual([range(7, 12)]);
    await viewer.source.sign(segment(1));
    expect(viewer.asked().at(-1)).toEqual([segment(1)]);
  });

  test('behind a discontinuity no name is one that was expected: nothing surprises', async () => {
    const viewer = await viewerOf(segments(1, 6), true);
    for (let n = 0; n < 4; n++) {
      const other = { url: `ad${n}-x.ts`, seconds: 1, isDiscontinuous: true };
      viewer.source.learn(MEDIA, list([...segments(1, 6 + n), other], { isLive: true }));
    }
    viewer.source.learn(MEDIA, list(segments(6, 12), { isLive: true }));
    await viewer.source.sign(segment(12));
    expect(viewer.asked().flat()).toContain(segment(14));
  });

  test('a list that names nothing takes nothing from the list before', async () => {
    const viewer = await viewerOf(segments(1, 6), true);
    viewer.source.learn(MEDIA, list([], { isLive: true }));
    await viewer.source.sign(segment(6));
    expect(viewer.asked()).toEqual([range(6, 21)]);
  });

  test('what is no http URL is left out', async () => {
    const viewer = await viewerOf([{ url: 'data:,x' }, ...segments(1, 3)]);
    await viewer.source.sign(segment(1));
    expect(viewer.asked()).toEqual([range(1, 3)]);
  });
});

describe('what is no playlist', () => {
  test.each([
    ['hls', () => hls(undefined as never)],
    ['dash', () => dash(new Response() as never)],
    ['hlsOrDash', () => hlsOrDash(null as never)],
    ['list', () => list('#EXTM3U' as never)],
    ['list of an entry without a URL', () => list([{ url: '1.ts' }, {} as never])],
    ['list of nothing in particular', () => list([null as never])],
    [
      'learn() of a text',
      () => {
        lab(each()).source.learn(MEDIA, '#EXTM3U' as never);
      },
    ],
    [
      'learn() of nothing',
      () => {
        lab(each()).source.learn(MEDIA, undefined as never);
      },
    ],
  ])('%s: ERR_OPTIONS, which says what to write', (_, call) => {
    expect(call).toThrow(SecureTokenError);
    expect(call).toThrow(/ERR_OPTIONS.*takes/);
  });
});

test('a playlist that another copy of this package in the page has read: one read-ahead signs for both', async () => {
  const viewer = await viewerOf(segments(1, 20));
  vi.resetModules();
  const other = await import('../../../packages/core/src/playlists.ts');
  expect(other.hls).not.toBe(hls);
  // a reload of the same one, and a manifest
  viewer.source.learn(MEDIA, other.hls(playlist(1, 20)));
  await viewer.source.sign(segment(11));
  expect(viewer.asked()).toEqual([range(11, 17)]);
  const rules = '<SegmentTemplate duration="2" media="$Number$.m4s"/><Representation id="1"/>';
  const manifest = `<MPD mediaPresentationDuration="PT30S"><Period><AdaptationSet>${rules}</AdaptationSet></Period></MPD>`;
  viewer.source.learn(`${FOLDER}dash/i.mpd`, other.dash(manifest));
  await viewer.source.sign(`${FOLDER}dash/3.m4s`);
  expect(viewer.asked().at(-1)).toEqual(range(3, 9, (n) => `${FOLDER}dash/${n}.m4s`));
});

test('two playlists of two kinds, given to one source: one read-ahead signs for both', async () => {
  const viewer = await viewerOf(segments(1, 20));
  const sound = (n: number): string => `${FOLDER}en-${n}.ts`;
  viewer.source.learn(`${FOLDER}en.m3u8`, hls(playlist(1, 20).replaceAll(/^\d+\.ts/gm, 'en-$&')));
  await viewer.source.sign(segment(1));
  for (const n of [1, 2, 3]) await viewer.source.sign(sound(n));
  for (const n of [2, 3, 4, 5, 6]) await viewer.source.sign(segment(n));
  await advanceSeconds();
  expect(viewer.asked().at(-1)).toEqual([...range(8, 13), ...range(8, 9, sound)]);
});
