import { expect, test } from 'vitest';
import { hls, list } from 'secure-token-core/playlists';
import type { Answer } from './lab-answers.ts';
import { after, each, eachBut, fail, folder, inTurn } from './lab-answers.ts';
import type { Lab } from './lab.ts';
import { code, fakeTime, lab, playing, tokenOf, watch } from './lab.ts';
import { START, advanceSeconds } from './lab-time.ts';
import { CDN, FOLDER, MASTER, MEDIA, playlist, range, segment } from './lab-urls.ts';

fakeTime();

/** Plays segments from `first` to `last`, one each `pace` seconds. @returns those that waited for a token */
async function play({ source }: Lab, first: number, last: number, pace = 4, name = segment): Promise<number[]> {
  const waits: number[] = [];
  for (let n = first; n <= last; n++) {
    if (!source.signNow(name(n))) waits.push(n);
    await source.sign(name(n)).then(() => advanceSeconds(pace));
  }
  return waits;
}
const named = (name: string) => (n: number) => `${FOLDER}${name}-${n}.ts`;
const urls = (count: number, name = segment) => range(1, count, name).map((url) => ({ url, seconds: 4 }));
const flat = ({ asked }: Lab): string[] => asked().flat();
const sizes = ({ asked }: Lab): number[] => asked().map(({ length }) => length);

test('six names are signed along with the first; the next when these are nearly used up: no request waits', async () => {
  const viewer = await playing(playlist(1, 30));
  expect(viewer.calls, 'nobody knows yet what is played').toHaveLength(0);
  expect(await play(viewer, 1, 30)).toEqual([1]);
  expect(viewer.asked()).toEqual([range(1, 7), range(8, 13), range(14, 19), range(20, 28), range(29, 30)]);
});

test('a call ahead of use that fails once costs no further call: the request that waits brings the next names', async () => {
  const viewer = await playing(playlist(1, 30), (call) => (call.index === 3 ? fail(503) : each())(call), {
    random: () => 0.5,
  });
  expect(await play(viewer, 1, 10)).toEqual([1, 8]);
  expect(sizes(viewer)).toEqual([7, 6, 7]);
});

test('names are signed ahead for 0.6 of what was requested, as long as a call has room', async () => {
  const viewer = await playing(playlist(1, 400));
  expect(await play(viewer, 1, 300, 0.1)).toEqual([1]);
  const all = sizes(viewer);
  const sum = (until: number): number => all.slice(0, until).reduce((one, other) => one + other);
  expect(all.slice(0, 3)).toEqual([7, 6, 6]);
  expect(all.every((size, n) => n < 2 || size <= Math.max(6, sum(n) * 0.6))).toBe(true);
  expect(all.length).toBeLessThan(14);
  expect(Math.max(...all)).toBeLessThanOrEqual(100);
});

test('no more names are signed than are requested while their tokens live', async () => {
  const viewer = await playing(playlist(1, 400), each(20));
  expect((await play(viewer, 1, 100)).length, 'at the beginning nobody knows the pace').toBeLessThan(4);
  expect(new Set(flat(viewer).slice(13)).size, 'each once').toBe(flat(viewer).slice(13).length);
});

test('the names of all renditions in use are signed in one call, and none of one that was left', async () => {
  const viewer = await playing(playlist(1, 90));
  const names = ['low', 'high', 'audio'].map(named) as [typeof segment, typeof segment, typeof segment];
  for (const name of names) viewer.source.learn(name(0), list(urls(90, name)));
  for (let n = 1; n <= 40; n++) for (const name of [names[2], names[n <= 3 ? 0 : 1]]) await play(viewer, n, n, 2, name);
  expect(flat(viewer).filter((url) => url.includes('low'))).toEqual(range(1, 7, names[0]));
  const later = viewer.asked().slice(5, -1).map(String);
  expect(later.every((call) => call.includes('high') && call.includes('audio'))).toBe(true);
});

test.each<[string, number, string[]]>([
  ['forth: from there on, six again', 60, range(60, 66)],
  ['back to tokens that have ended: from there on', 3, range(3, 9)],
  ['to the end: no more than there are', 89, range(89, 90)],
])('after a seek %s', async (_, to, asked) => {
  const viewer = await playing(playlist(1, 90), each(60));
  await play(viewer, 1, 40, 0.1);
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

test('names of up to 2,000 characters are signed ahead; a longer one is signed when it is requested', async () => {
  const longest = FOLDER + 'a'.repeat(2000 - FOLDER.length);
  const names = [segment(1), longest, `${longest}a`, segment(2)];
  const viewer = lab(each());
  await viewer.source.sign(MEDIA);
  viewer.source.learn(MEDIA, list(names.map((url) => ({ url, seconds: 4 }))));
  await viewer.source.sign(segment(1));
  expect(viewer.asked().at(-1)).toEqual([segment(1), longest, segment(2)]);
  expect(tokenOf(await viewer.source.sign(`${longest}a`))).toBe('t3');
});

test.each([
  [12, false],
  [13, true],
])(
  'a call for names of a live stream takes the playlist along after an eighth of its token (of 100 s, after %i s: %s)',
  async (age, isAlong) => {
    const viewer = await playing(playlist(1, 6, false), each(100));
    await advanceSeconds(age);
    viewer.source.learn(MEDIA, hls(playlist(2, 7, false)));
    await viewer.source.sign(segment(2));
    expect(viewer.asked().flat().includes(MEDIA)).toBe(isAlong);
  },
);

test('what a call under way will bring is not asked for; a failure ahead of use disturbs nobody', async () => {
  const viewer = await playing(playlist(1, 90), inTurn(each(), after(1, each()), fail(404), each()));
  for (const n of [1, 2, 3, 4, 5, 6]) watch(viewer.source.sign(segment(n)));
  await advanceSeconds(1);
  expect(await play(viewer, 7, 8)).toEqual([8]);
  expect(viewer.asked()).toEqual([range(1, 7), range(8, 13), [segment(8)]]);
  expect(viewer.errors()).toHaveLength(1);
});

test('nothing is asked for ahead while the endpoint is away, of a denial, or again for a name without a token', async () => {
  const viewer = await playing(playlist(1, 200), each(3600), { readAhead: 50, random: () => 0.5 });
  await viewer.source.sign(segment(1));
  viewer.answer = fail(503);
  expect(await play(viewer, 2, 50)).toEqual([]);
  expect(viewer.calls.length).toBeLessThan(20);
  const denied = await playing(playlist(1, 20), inTurn(each(), fail(403)));
  for (const n of [1, 4]) expect(await code(denied.source.sign(segment(n)))).toBe('ERR_DENIED');
  const left = await playing(playlist(1, 90), eachBut(segment(3)));
  await play(left, 1, 2);
  expect(denied.asked()).toEqual([range(1, 7)]);
  expect(left.asked()).toEqual([range(1, 7)]);
});

/** Returns the names that are asked for along with the first. */
const along = async (text: string, first: string, options = {}): Promise<string[]> => {
  const viewer = await playing(text, each(), options);
  await viewer.source.sign(first);
  return flat(viewer).map((url) => url.replace(FOLDER, ''));
};

test('of an HLS playlist: init segments, keys, parts and hints, each once', async () => {
  const text = `#EXTM3U
#EXT-X-MAP:URI="init.mp4",BYTERANGE="9@0"
#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x1\n#EXTINF:4,\n#EXT-X-BYTERANGE:10@0\na.mp4
#EXT-X-KEY:METHOD=AES-128,URI="key",IV=0x2\n#EXTINF:4,\na.mp4
#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x"\n#EXT-X-MAP:URI="init.mp4"\n#EXTINF:4,title, with "URI=x"\nb.mp4
#EXT-X-PART:DURATION=1,URI="b.1.mp4"\n#EXT-X-PRELOAD-HINT:TYPE=PART,URI="b.2.mp4"`;
  const [init, part] = [`${FOLDER}init.mp4`, `${FOLDER}b.1.mp4`];
  expect(await along(text.replaceAll('\n', '\r\n'), init)).toEqual(['init.mp4', 'key', 'a.mp4', 'b.mp4']);
  expect(await along(text, part)).toEqual(['b.1.mp4', 'b.2.mp4']);
});

test('URIs are resolved and lose stale tokens; variables, and what is not protected, are left out', async () => {
  const uris = ['1.ts?st=stale', '{$x}.ts', '/x/2.ts', 'https://ads.test/ad.ts', `${CDN}/3.ts?st=stale&x=1`, 'data:,x'];
  const text = ['#EXTM3U', ...uris.map((uri) => `#EXTINF:4,\n${uri}`), '#EXT-X-ENDLIST'].join('\n');
  const names = await along(text, `${segment(1)}?st=old`, { protect: CDN });
  expect(names).toEqual(['1.ts', `${CDN}/x/2.ts`, `${CDN}/3.ts?x=1`]);
});

test('a multivariant playlist, or a text that is none, is left alone', async () => {
  const variants = range(1, 9, (n) => `#EXT-X-STREAM-INF:BANDWIDTH=1\n${n}.ts`).join('\n');
  for (const text of [`#EXTM3U\n${variants}`, '', '<html>']) expect(await along(text, segment(1))).toEqual(['1.ts']);
});

test('a delta update leaves out names, whose order stays known', async () => {
  const viewer = await playing(playlist(1, 9, false));
  viewer.source.learn(MEDIA, hls('#EXTM3U\n#EXT-X-SKIP:SKIPPED-SEGMENTS=7\n#EXTINF:4,\n8.ts\n#EXTINF:4,\n9.ts'));
  await viewer.source.sign(segment(3));
  expect(flat(viewer).slice(0, 7)).toEqual(range(3, 9));
});

test('fifty thousand names are read, and fifty playlists remembered', async () => {
  const viewer = await playing(playlist(1, 50_020));
  await viewer.source.sign(segment(49_999));
  for (let n = 0; n < 60; n++) viewer.source.learn(`${FOLDER}${n}`, list(urls(9, named(`${n}`))));
  for (const url of [segment(1), named('59')(1)]) await viewer.source.sign(url);
  expect(sizes(viewer)).toEqual([2, 1, 7]);
});

test('what is no playlist is refused, with what to write', () => {
  const { source } = lab();
  const works = [() => hls(undefined as never), () => list([null as never]), () => source.learn(MEDIA, '' as never)];
  for (const work of works) expect(work).toThrow(/ERR_OPTIONS: (hls|list|learn)\(\) takes/);
});

test.each<[string, number, number]>([
  ['has ended', -60, 200],
  ['is refused', 600, 403],
])(
  'a token of the page for the folder that %s is forgotten: names are signed ahead as without it',
  async (_, life, status) => {
    const tokens = [{ prefix: FOLDER, query: { st: 'page' }, expires: START + life }];
    const viewer = lab(each(), { tokens, protect: FOLDER });
    const { source } = viewer;
    const get = async (url: string): Promise<void> => {
      const request = await source.sign(url);
      if (status === 403 && tokenOf(request) === 'page') await source.refused(request, 403);
      await advanceSeconds(4);
    };
    await get(MASTER);
    source.learn(MEDIA, hls(playlist(1, 30)));
    for (let n = 1; n <= 30; n++) await get(segment(n));
    expect(viewer.calls.length).toBeLessThan(10);
  },
);
