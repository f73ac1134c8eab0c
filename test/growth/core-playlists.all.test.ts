import { describe, test, vi } from 'vitest';
import { hlsOrDash, list } from 'secure-token-core/playlists';
import { createTokenSource } from '../../packages/core/src/index.ts';
import type { Playlist, TokenSource } from '../../packages/core/src/index.ts';
import { expectLinear } from '../support/growth.ts';
import { CDN, FOLDER, MEDIA } from '../unit/core/lab.ts';

vi.setConfig({ testTimeout: 120_000 });

const expires = Date.now() / 1000 + 36_000;
const createSource = (): TokenSource =>
  createTokenSource({
    getTokens: ({ urls }) => Promise.resolve(urls.map((url) => ({ url, expires, query: { st: 'a' } }))),
  });

const lines = (count: number, line: (n: number) => string): string =>
  ['#EXTM3U', ...Array.from({ length: count }, (_, n) => line(n))].join('\n');
/** A live window of six segments. */
const live = (last: number): string =>
  ['#EXTM3U', ...Array.from({ length: 6 }, (_, n) => `#EXTINF:4,\n${last - 5 + n}.ts`)].join('\n');

describe('what playlists cost grows with how many there are, from 500 to 2000', () => {
  const playlists: Record<string, (source: TokenSource, n: number) => void> = {
    'each at a URL of its own': (source, n) => source.learn(`${CDN}/vod/${n}/i.m3u8`, hlsOrDash(live(9))),
    'each at a path of its own, named by its query': (source, n) =>
      source.learn(`${FOLDER}${n}.m3u8?a=1`, hlsOrDash(live(9))),
    'of one path, told apart by their queries': (source, n) =>
      source.learn(`${FOLDER}i.m3u8?n=${n}`, hlsOrDash(live(9).replaceAll('.ts', `-${n}.ts`))),
    'reloads of one, each with another query': (source, n) =>
      source.learn(`${FOLDER}i.m3u8?t=${n}`, hlsOrDash(live(n + 6))),
    'reloads of one, with directives': (source, n) =>
      source.learn(`${FOLDER}i.m3u8?_HLS_msn=${n}`, hlsOrDash(live(n + 6))),
    'without a name': (source, n) => source.learn(`${FOLDER}${n}.m3u8`, hlsOrDash('#EXTM3U\n#EXTINF:4,\n')),
  };
  test.each(Object.keys(playlists))('%s', async (name) => {
    const work = (count: number) => async (): Promise<void> => {
      const source = createSource();
      for (let n = 0; n < count; n++) playlists[name]!(source, n);
      await source.sign(`${FOLDER}9.ts`);
      source.destroy();
    };
    await expectLinear(work, 500);
  });
});

describe('what a playlist costs, with a request, grows with its length, from 4000 to 16,000 lines', () => {
  const texts: Record<string, (count: number) => string> = {
    variants: (count) => lines(count, (n) => `#EXT-X-STREAM-INF:BANDWIDTH=${n},CODECS="avc1.4d401f"\n${n}/i.m3u8`),
    renditions: (count) => lines(count, (n) => `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="${n}",URI="${n}.m3u8"`),
    'renditions, and a segment': (count) =>
      `${lines(count, (n) => `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="${n}",URI="${n}.m3u8"`)}\n#EXTINF:4,\n9.ts`,
    'parts of one segment': (count) =>
      `${live(9)}\n${lines(count, (n) => `#EXT-X-PART:DURATION=0.3,URI="10.${n}.ts"`)}`,
    'parts of as many segments': (count) =>
      lines(count, (n) => `#EXT-X-PART:DURATION=4,URI="${n}.0.ts"\n#EXTINF:4,\n${n}.ts`),
    'hints of what comes': (count) =>
      `${live(9)}\n${lines(count, (n) => `#EXT-X-PRELOAD-HINT:TYPE=PART,URI="10.${n}.ts"`)}`,
    'server controls': (count) =>
      `${lines(count, () => '#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1')}\n${live(9)}`,
    'one server control of many attributes': (count) =>
      `#EXTM3U\n#EXT-X-SERVER-CONTROL:${'A=1,'.repeat(count)}\n${live(9)}`,
    'what a delta update leaves out': (count) =>
      `#EXTM3U\n${'#EXT-X-SKIP:SKIPPED-SEGMENTS=1\n'.repeat(count)}${live(9)}`,
    'more left out than there is': (count) => `#EXTM3U\n#EXT-X-SKIP:SKIPPED-SEGMENTS=${'9'.repeat(count)}\n${live(9)}`,
    'reports of other renditions': (count) =>
      `${live(9)}\n${lines(count, (n) => `#EXT-X-RENDITION-REPORT:URI="../${n}/i.m3u8",LAST-MSN=9`)}`,
    'date ranges': (count) =>
      lines(count, (n) => `#EXT-X-DATERANGE:ID="${n}",X-ASSET-URI="${n}.m3u8"\n#EXTINF:4,\n${n}.ts`),
    discontinuities: (count) => lines(count, (n) => `#EXT-X-DISCONTINUITY\n#EXTINF:4,\n${n}.ts`),
    'tags that nobody knows': (count) => lines(count, (n) => `#EXT-X-${n}:URI="${n}"\n#EXTINF:4,\n${n}.ts`),
    'numbers of many digits': (count) => lines(6, (n) => `#EXTINF:4,\n${'1'.repeat(count)}${n}.ts`),
    'many numbers in one name': (count) => lines(6, (n) => `#EXTINF:4,\n${`${n}-`.repeat(count)}.ts`),
  };
  test.each(Object.keys(texts))('%s', async (name) => {
    const work = (count: number) => {
      const text = texts[name]!(count);
      return async (): Promise<void> => {
        const source = createSource();
        source.learn(MEDIA, hlsOrDash(text));
        await source.sign(`${FOLDER}9.ts`);
        source.learn(MEDIA, hlsOrDash(`${text}\n#EXTINF:4,\nlast.ts`));
        await source.sign(`${FOLDER}last.ts`);
        source.destroy();
      };
    };
    await expectLinear(work, 4000);
  });
});

describe('what a playlist costs does not grow with its length times that of its URL, from 250 names to 1000', () => {
  const representations = (count: number): string =>
    lines(count * 4, () => '<Representation><BaseURL>a</BaseURL></Representation>');
  const playlists: Record<string, (count: number) => Playlist> = {
    HLS: (count) => hlsOrDash(lines(count, (n) => `#EXTINF:4,\n${n}.ts`)),
    list: (count) => list(Array.from({ length: count }, (_, n) => ({ url: `${n}.ts` }))),
    DASH: (count) => hlsOrDash(`<MPD><Period><AdaptationSet>${representations(count)}</AdaptationSet></Period></MPD>`),
  };
  test.each(Object.keys(playlists))('%s', async (name) => {
    const work = (count: number) => {
      const [url, playlist] = [`${CDN}/vod/${'a/'.repeat(count * 16)}i.m3u8`, playlists[name]!(count)];
      return (): void => {
        const source = createSource();
        source.learn(url, playlist);
        source.destroy();
      };
    };
    await expectLinear(work, 250);
  });
});
