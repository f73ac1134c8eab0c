import { beforeEach, describe, expect, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import { FOLDER, MEDIA, each, fakeTime, lab, advanceSeconds, playlist, range, segment } from './lab.ts';

fakeTime();

/** Number of URLs that were parsed, which stands for the work of reading a playlist. */
let parsed = 0;
beforeEach(() => {
  const { URL } = globalThis;
  vi.stubGlobal(
    'URL',
    class extends URL {
      constructor(...all: ConstructorParameters<typeof URL>) {
        super(...all);
        parsed++;
      }
    },
  );
});
const parsedBy = (work: () => void): number => {
  parsed = 0;
  work();
  return parsed;
};

/** Returns the URLs that a player signs along with `url` when it has seen all of `texts`. */
async function aheadOf(url: string, texts: string[], readAhead = 6): Promise<string[]> {
  const { source, asked, calls } = lab(each(), { readAhead });
  for (const text of texts) source.learn(MEDIA, hlsOrDash(text));
  await advanceSeconds();
  // what the reloads have signed is as good as dead by then
  await advanceSeconds(400);
  calls.length = 0;
  await source.sign(url);
  return asked()[0]!;
}

describe('createTokenSource', () => {
  describe('learn, of a reload', () => {
    test('a reload of ten thousand segments costs what is new in it', async () => {
      const { source, asked, calls } = lab(each());
      const first = parsedBy(() => source.learn(MEDIA, hlsOrDash(playlist(1, 10_000, false))));
      const perUrl = first / 10_000;
      expect(perUrl).toBeGreaterThanOrEqual(1);
      for (let last = 10_001; last < 10_004; last++) {
        calls.length = 0;
        const again = parsedBy(() => source.learn(MEDIA, hlsOrDash(playlist(last - 9999, last, false))));
        expect(again, 'URLs parsed').toBeLessThan(10 * perUrl + 20);
        await advanceSeconds();
        expect(asked(), 'and signs it').toEqual([[segment(last)]]);
      }
      expect(
        parsedBy(() => source.learn(MEDIA, hlsOrDash(playlist(4, 10_003, false)))),
        'nothing new',
      ).toBeLessThan(10 * perUrl + 20);
    });

    test('reloads of three playlists of ten thousand segments that take turns cost what is new in them', () => {
      const { source } = lab(each());
      const reload = (last: number): number[] =>
        ['video', 'audio', 'text'].map((name) =>
          parsedBy(() => source.learn(`${FOLDER}${name}/media.m3u8`, hlsOrDash(playlist(last - 9999, last, false)))),
        );
      reload(10_000);
      for (let last = 10_001; last < 10_005; last++) expect(Math.max(...reload(last))).toBeLessThan(100);
    });

    test('a playlist that is reloaded for hours: every segment of it has its order', async () => {
      const { source, calls, asked } = lab(each());
      await source.sign(MEDIA);
      for (let last = 10_000; last <= 130_000; last += 4000) {
        source.learn(MEDIA, hlsOrDash(playlist(last - 9999, last, false)));
        // the first reload after all was forgotten reads it all again
        source.learn(MEDIA, hlsOrDash(playlist(last - 9999, last, false)));
        for (const n of [last - 9999, last - 5000, last - 6]) {
          await advanceSeconds();
          calls.length = 0;
          await source.sign(segment(n));
          expect(asked()[0], 'a minute of it').toEqual(range(n, n + 15));
        }
        // dead by the next time
        await advanceSeconds(400);
      }
    });

    test('after a pause in which all of it went by, it is read as a new one', async () => {
      expect(await aheadOf(segment(70), [playlist(1, 10, false), playlist(65, 80, false)])).toEqual(range(70, 76));
    });

    test('names that begin like the last one do not stand for it', async () => {
      const text = (from: number, to: number): string => playlist(from, to, false).replaceAll('.ts', '');
      const name = (n: number): string => `${FOLDER}${n}`;
      expect(await aheadOf(name(93), [text(1, 9), text(9, 20), text(88, 99)])).toEqual(range(93, 99, name));
      expect(await aheadOf(name(3), [text(1, 9), text(3, 100)])).toEqual(range(3, 9, name));
      expect(await aheadOf(name(9), [text(1, 9), text(3, 100)])).toEqual(range(9, 15, name));
    });

    test('a reload in which the server has written other tokens: only its new segment is asked for', async () => {
      const written = (text: string, serial: number): string => text.replaceAll('.ts', `.ts?st=stale${serial}`);
      const viewer = lab(each());
      await viewer.source.sign(MEDIA);
      viewer.source.learn(MEDIA, hlsOrDash(written(playlist(1, 9, false), 1)));
      await advanceSeconds();
      viewer.calls.length = 0;
      viewer.source.learn(MEDIA, hlsOrDash(written(playlist(2, 10, false), 2)));
      await advanceSeconds();
      expect(viewer.asked()).toEqual([[segment(10)]]);
    });

    test.each(['\n', '\r\n'])('a key before each segment, the same or another one (%j)', async (end) => {
      const text = (from: number, to: number): string =>
        [
          '#EXTM3U',
          `#EXT-X-MEDIA-SEQUENCE:${from}`,
          ...range(from, to, String).flatMap((n) => [
            `#EXT-X-KEY:METHOD=AES-128,IV=0x${n},URI="key${Math.floor(+n / 10)}"`,
            '#EXTINF:4,',
            `${n}.ts`,
          ]),
          '',
        ].join(end);
      const texts = [text(1, 8), text(2, 9), text(3, 10), text(4, 11), text(5, 18)];
      expect(await aheadOf(segment(5), texts, 3)).toEqual(range(5, 8));
      expect(await aheadOf(segment(8), texts, 3)).toEqual([segment(8), segment(9), `${FOLDER}key1`, segment(10)]);
      expect(await aheadOf(segment(11), texts, 3)).toEqual(range(11, 14));
    });

    test('a break whose segments were played before', async () => {
      const text = (...names: string[]): string =>
        ['#EXTM3U', ...names.flatMap((name) => ['#EXTINF:4,', `${name}.ts`]), ''].join('\n');
      const name = (it: string): string => `${FOLDER}${it}.ts`;
      const texts = [
        text('1', '2', 'x', 'y'),
        text('2', 'x', 'y', '3'),
        text('y', '3', '4', '5'),
        text('3', '4', '5', 'x'),
        text('4', '5', 'x', 'y'),
        text('5', 'x', 'y', '6'),
      ];
      expect(await aheadOf(name('5'), texts)).toEqual(['5', 'x', 'y', '6'].map(name));
    });

    test('the parts of a segment vanish: from then on it stands in their place', async () => {
      const text = (last: number): string =>
        ['#EXTM3U', '#EXT-X-PART-INF:PART-TARGET=1']
          .concat(
            range(1, last, String).flatMap((n) => [
              ...(+n > last - 2 ? [1, 2, 3, 4].map((i) => `#EXT-X-PART:DURATION=1,URI="${n}.${i}.ts"`) : []),
              '#EXTINF:4,',
              `${n}.ts`,
            ]),
          )
          .concat(`#EXT-X-PRELOAD-HINT:TYPE=PART,URI="${last + 1}.1.ts"`, '')
          .join('\n');
      const texts = [text(3), text(4), text(5), text(6), text(7)];
      expect(await aheadOf(segment(2), texts, 3)).toEqual(range(2, 5));
      expect(await aheadOf(segment(6), texts, 3)).toEqual([segment(6), ...[1, 2, 3].map((i) => `${FOLDER}7.${i}.ts`)]);
    });
  });
});
