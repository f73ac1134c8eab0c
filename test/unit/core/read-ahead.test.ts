import { describe, expect, test, vi } from 'vitest';
import { dash, hls, hlsOrDash, list } from 'secure-token-core/playlists';
import type { Answer, Lab } from './lab.ts';
import {
  CDN,
  FOLDER,
  MASTER,
  MEDIA,
  advanceSeconds,
  after,
  code,
  each,
  eachBut,
  fail,
  fakeTime,
  folder,
} from './lab.ts';
import { inTurn, lab, playing, playlist, range, segment, tokenOf, watch } from './lab.ts';

fakeTime();

/** Plays segments from `first` to `last`, one each `pace` seconds. @returns those that waited for a token */
async function play(source: Lab['source'], first: number, last: number, pace = 4, name = segment): Promise<number[]> {
  const waits: number[] = [];
  for (let n = first; n <= last; n++) {
    if (!source.signNow(name(n))) waits.push(n);
    await source.sign(name(n));
    await advanceSeconds(pace);
  }
  return waits;
}
const named = (name: string) => (n: number) => `${FOLDER}${name}-${n}.ts`;
/** Learns a playlist of `count` segments, which are called `name`-1, `name`-2 and so on. */
const learn = (source: Lab['source'], name: string, count = 90): void =>
  source.learn(`${FOLDER}${name}.m3u8`, list(range(1, count, named(name)).map((url) => ({ url, seconds: 4 }))));
const sizes = (viewer: Lab): number[] => viewer.asked().map(({ length }) => length);

describe('where each URL has its token, the next names of a playlist are signed ahead', () => {
  test('six along with the first; the next ones when these are nearly used up: no request waits', async () => {
    const viewer = await playing(playlist(1, 30));
    expect(viewer.calls, 'nobody knows yet what is played').toHaveLength(0);
    expect(await play(viewer.source, 1, 30)).toEqual([1]);
    expect(viewer.asked()).toEqual([range(1, 7), range(8, 13), range(14, 19), range(20, 27), range(28, 30)]);
  });

  test('then half of what was requested, as long as a call has room', async () => {
    const viewer = await playing(playlist(1, 400));
    expect(await play(viewer.source, 1, 300, 0.1)).toEqual([1]);
    expect(sizes(viewer).slice(0, 3)).toEqual([7, 6, 6]);
    for (const [index, size] of sizes(viewer).entries())
      if (index > 1) expect(size).toBeLessThanOrEqual(Math.max(6, viewer.asked().slice(0, index).flat().length / 2));
    expect([sizes(viewer).length < 14, Math.max(...sizes(viewer)) <= 100]).toEqual([true, true]);
  });

  test('no more than is requested while their tokens live', async () => {
    const viewer = await playing(playlist(1, 400), each(20));
    // the fifth: at the beginning nobody knows how fast a player takes them
    expect((await play(viewer.source, 1, 100)).length).toBeLessThan(4);
    const later = viewer.asked().slice(2).flat();
    expect(new Set(later).size, 'each once').toBe(later.length);
  });

  test('of all renditions in use, in one call', async () => {
    const viewer = await playing(playlist(1, 400), each(3600));
    for (const name of ['v', 'a', 't']) learn(viewer.source, name, 400);
    for (let n = 1; n <= 300; n++) {
      for (const name of ['v', 'a', 't']) await play(viewer.source, n, n, 0.1, named(name));
      await advanceSeconds(3.7);
    }
    expect(sizes(viewer).slice(0, 3), 'the first of each').toEqual([7, 7, 7]);
    expect(
      sizes(viewer)
        .slice(5, -1)
        .every((size) => size % 3 === 0),
      sizes(viewer).join(),
    ).toBe(true);
    expect([Math.max(...sizes(viewer)) > 60, Math.max(...sizes(viewer)) <= 100]).toEqual([true, true]);
  });

  test('and of none that was left: a level for another one, a film for another one', async () => {
    const viewer = await playing(playlist(1, 90));
    for (const name of ['low', 'high', 'audio']) learn(viewer.source, name);
    for (let n = 1; n <= 12; n++) {
      await play(viewer.source, n, n, 0, named('audio'));
      await play(viewer.source, n, n, 4, named(n <= 4 ? 'low' : 'high'));
    }
    expect(
      viewer
        .asked()
        .flat()
        .filter((url) => url.includes('low')),
    ).toEqual(range(1, 7, named('low')));
    const count = viewer.calls.length;
    await play(viewer.source, 1, 20, 0.1);
    expect(
      viewer
        .asked()
        .slice(count)
        .flat()
        .filter((url) => url.includes('-')),
    ).toEqual([]);
  });

  test.each<[string, number, string[]]>([
    ['forth: from there on, six again', 60, range(60, 66)],
    ['back to tokens that have ended: from there on', 3, range(3, 9)],
    ['to the end: no more than there are', 89, range(89, 90)],
  ])('after a seek %s', async (_, to, asked) => {
    const viewer = await playing(playlist(1, 90), each(60));
    await play(viewer.source, 1, 40, 0.1);
    await advanceSeconds(60);
    await viewer.source.sign(segment(to));
    expect(viewer.asked().at(-1)).toEqual(asked);
  });

  test.each<[number, Answer, string[][]]>([
    [2, each(), [range(1, 3)]],
    [0, each(), [range(1, 1)]],
    [6, folder(), []],
  ])('with readAhead: %i; a token for the folder needs none', async (readAhead, answer, asked) => {
    const viewer = await playing(playlist(1, 20), answer, { readAhead });
    await viewer.source.sign(segment(1));
    viewer.source.learn(MEDIA, hls(playlist(2, 21, false)));
    await advanceSeconds();
    expect(viewer.asked()).toEqual(asked);
  });

  test('but not what a call under way will bring; a failure disturbs nobody', async () => {
    const viewer = await playing(playlist(1, 90), inTurn(each(), after(1, each()), fail(404), each()));
    for (const n of [1, 2, 3, 4, 5, 6]) watch(viewer.source.sign(segment(n)));
    await advanceSeconds(1);
    expect(viewer.asked()).toEqual([range(1, 7)]);
    expect(await play(viewer.source, 7, 8)).toEqual([8]);
    expect([viewer.asked(), viewer.types().at(-2)]).toEqual([[range(1, 7), range(8, 13), [segment(8)]], 'tokenerror']);
  });

  test('not while the endpoint is away, or denies', async () => {
    const viewer = await playing(playlist(1, 200), each(3600), { readAhead: 50, random: () => 0.5 });
    await viewer.source.sign(segment(1));
    viewer.answer = fail(503);
    expect(await play(viewer.source, 2, 50)).toEqual([]);
    expect(viewer.calls.length).toBeLessThan(20);
    const denied = await playing(playlist(1, 20), inTurn(each(), fail(403)));
    for (const n of [1, 4]) expect(await code(denied.source.sign(segment(n)))).toBe('ERR_DENIED');
    expect(denied.asked()).toEqual([range(1, 7)]);
  });

  test('and a name without a token is not asked for with each request', async () => {
    const viewer = await playing(
      playlist(1, 90),
      eachBut((url) => url === segment(3)),
    );
    await play(viewer.source, 1, 2);
    expect(viewer.asked()).toEqual([range(1, 7)]);
  });
});

describe('of an HLS playlist', () => {
  const asked = async (text: string, first: string, options = {}): Promise<string[]> => {
    const viewer = await playing(text, each(), options);
    await viewer.source.sign(first);
    return viewer.asked().at(-1)!;
  };

  test('init segments, keys, parts and hints are read in their order, each once', async () => {
    const text = `#EXTM3U
#EXT-X-MAP:URI="init.mp4",BYTERANGE="9@0"
#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x1
#EXTINF:4,\n#EXT-X-BYTERANGE:10@0\na.mp4
#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x2
#EXTINF:4,\na.mp4
#EXT-X-KEY:METHOD=NONE
#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x"
#EXT-X-MAP:URI="init.mp4"
#EXTINF:4,title, with "URI=x"\nb.mp4
#EXT-X-PART:DURATION=1,URI="b.1.mp4"
#EXT-X-PRELOAD-HINT:TYPE=PART,URI="b.2.mp4"`;
    const names = (...all: string[]): string[] => all.map((name) => FOLDER + name);
    expect(await asked(text.replaceAll('\n', '\r\n'), `${FOLDER}init.mp4`)).toEqual(
      names('init.mp4', 'key', 'a.mp4', 'b.mp4'),
    );
    expect(await asked(text, `${FOLDER}b.1.mp4`)).toEqual(names('b.1.mp4', 'b.2.mp4'));
  });

  test('URIs are resolved and lose stale tokens; variables, and what is not protected, are left out', async () => {
    const uris = [
      '1.ts?st=stale',
      '{$x}.ts',
      '/x/2.ts',
      'https://ads.test/ad.ts',
      `${CDN}/y/3.ts?st=stale&x=1`,
      'data:,x',
    ];
    const text = ['#EXTM3U', ...uris.map((uri) => `#EXTINF:4,\n${uri}`), '#EXT-X-ENDLIST'].join('\n');
    expect(await asked(text, `${segment(1)}?st=old`, { protect: CDN })).toEqual([
      segment(1),
      `${CDN}/x/2.ts`,
      `${CDN}/y/3.ts?x=1`,
    ]);
  });

  test('a multivariant playlist, or a text that is none, is left alone', async () => {
    const variants = range(1, 9).map((url) => `#EXT-X-STREAM-INF:BANDWIDTH=1\n${url}`);
    for (const text of [['#EXTM3U', ...variants].join('\n'), '', '<html>'])
      expect(await asked(text, segment(1))).toEqual([segment(1)]);
  });

  test('fifty thousand names are read, and fifty playlists remembered', async () => {
    const viewer = await playing(playlist(1, 50_020));
    await viewer.source.sign(segment(49_999));
    expect(viewer.asked()).toEqual([range(49_999, 50_000)]);
    for (let n = 0; n < 60; n++) learn(viewer.source, `${n}`, 9);
    await viewer.source.sign(segment(1));
    await viewer.source.sign(named('59')(1));
    expect(sizes(viewer).slice(1)).toEqual([1, 7]);
  });
});

test('whatever brings the names: hls(), dash(), list(), also of another copy of the package', async () => {
  const urls = range(1, 9, (n) => `${n}.ts`).map((url) => ({ url, seconds: 2 }));
  const rules = '<SegmentTemplate duration="2" media="$Number$.ts"/><Representation id="1"/>';
  const manifest = `<MPD mediaPresentationDuration="PT18S"><Period><AdaptationSet>${rules}</AdaptationSet></Period></MPD>`;
  vi.resetModules();
  const other = await import('../../../packages/core/src/playlists.ts');
  expect(other.hls).not.toBe(hls);
  for (const it of [hls(playlist(1, 9)), dash(manifest), hlsOrDash(manifest), list(urls), other.hls(playlist(1, 9))]) {
    const viewer = lab(each());
    viewer.source.learn(MASTER, it);
    await viewer.source.sign(segment(2));
    expect([viewer.asked(), tokenOf(viewer.source.signNow(segment(8)))]).toEqual([[range(2, 8)], 't1']);
  }
});

test.each<[string, (source: Lab['source']) => unknown]>([
  ['hls()', () => hls(undefined as never)],
  ['list()', () => list('#EXTM3U' as never)],
  ['list()', () => list([{ url: '1.ts' }, null as never])],
  ['learn()', (source) => source.learn(MEDIA, '#EXTM3U' as never)],
  ['learn()', (source) => source.learn(MEDIA, undefined as never)],
])('%s says what it takes', (name, work) => {
  expect(() => work(lab().source)).toThrow(new RegExp(`ERR_OPTIONS: ${name.replace(/\W/g, '\\$&')} takes`));
});
