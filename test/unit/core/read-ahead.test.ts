import { describe, expect, test } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import type { Lab } from './lab.ts';
import {
  FOLDER,
  MEDIA,
  after,
  each,
  fakeTime,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  playing,
  playlist,
  range,
  segment,
  sleep,
  tokenOf,
  watch,
} from './lab.ts';

fakeTime();

describe('createTokenSource', () => {
  describe('reading ahead', () => {
    test('signing one segment also signs the next six, in the same call', async () => {
      const { source, asked, calls } = await playing(playlist(1, 20));
      expect(calls).toHaveLength(0);
      await source.sign(segment(1));
      expect(asked()).toEqual([range(1, 7)]);
      expect(range(2, 7).map((url) => tokenOf(source.signNow(url)))).toEqual(range(2, 7).map(() => 't2'));
    });

    test('they are filled up when a quarter of them is left', async () => {
      const { source, asked, calls } = await playing(playlist(1, 30));
      const waits: number[] = [];
      for (let i = 1; i <= 30; i++) {
        if (!source.signNow(segment(i))) {
          waits.push(i);
          await source.sign(segment(i));
        }
        await advanceSeconds(4);
      }
      expect(waits).toEqual([1]);
      // up to six of them, later to half of what was requested
      expect(asked()).toEqual([range(1, 7), range(8, 12), range(13, 17), range(18, 24), range(25, 30)]);
      // a quarter of a segment after the sixth, the eleventh …: other renditions ask for theirs at that moment, too
      expect(calls.map(({ at }) => at)).toEqual([0, 21, 41, 61, 89]);
    });

    test('what another rendition that is played lacks comes along in the same call', async () => {
      const sound = (n: number): string => `${FOLDER}en-${n}.ts`;
      const { source, asked } = await playing(playlist(1, 20));
      source.learn(`${FOLDER}en.m3u8`, hlsOrDash(playlist(1, 20).replaceAll(/^\d+\.ts/gm, 'en-$&')));
      await source.sign(segment(1));
      for (const n of [1, 2, 3]) await source.sign(sound(n));
      for (const n of [2, 3, 4, 5, 6]) await source.sign(segment(n));
      await advanceSeconds();
      expect(asked().slice(2)).toEqual([[...range(8, 13), ...range(8, 9, sound)]]);
    });

    test('renditions whose requests follow each other closely have one call for all, not one each', async () => {
      const names = ['v', 'a', 't'];
      const { source, asked } = await playing(playlist(1, 20), each(60));
      const named = (name: string, n: number): string => `${FOLDER}${name}-${n}.ts`;
      for (const name of names)
        source.learn(`${FOLDER}${name}.m3u8`, hlsOrDash(playlist(1, 90).replaceAll(/^\d+\.ts/gm, `${name}-$&`)));
      for (let n = 1; n <= 80; n++) {
        for (const name of names) {
          await source.sign(named(name, n));
          await advanceSeconds(0.1);
        }
        await advanceSeconds(3.7);
      }
      const sizes = asked().map(({ length }) => length);
      expect(sizes.slice(0, 3), 'the first of each').toEqual([7, 7, 7]);
      expect(
        sizes.slice(5, -1).every((size) => size % 3 === 0),
        sizes.join(' '),
      ).toBe(true);
    });

    describe('what was left does not come along any more', () => {
      const named = (name: string, n: number): string => `${FOLDER}${name}-${n}.ts`;
      const learnAll = ({ source }: Pick<Lab, 'source'>, ...names: string[]): void => {
        for (const name of names)
          source.learn(`${FOLDER}${name}.m3u8`, hlsOrDash(playlist(1, 90).replaceAll(/^\d+\.ts/gm, `${name}-$&`)));
      };

      test('a film for another one, whose buffer fills a second later', async () => {
        const viewer = await playing(playlist(1, 90));
        learnAll(viewer, 'other');
        for (const n of [1, 2, 3, 4]) await viewer.source.sign(segment(n));
        await advanceSeconds(1);
        for (let n = 1; n <= 20; n++) {
          await viewer.source.sign(named('other', n));
          await advanceSeconds(0.1);
        }
        const first = viewer.asked().flat();
        expect(first.filter((url) => !url.includes('other'))).toEqual(range(1, 7));
      });

      test('a level for another one, while the audio goes on', async () => {
        const viewer = await playing(playlist(1, 90));
        learnAll(viewer, 'low', 'high', 'audio');
        for (let n = 1; n <= 12; n++) {
          await viewer.source.sign(named('audio', n));
          await viewer.source.sign(named(n <= 4 ? 'low' : 'high', n));
          await advanceSeconds(4);
        }
        const low = viewer
          .asked()
          .flat()
          .filter((url) => url.includes('low'));
        expect(low).toEqual(range(1, 7, (n) => named('low', n)));
      });
    });

    test('URLs that a player leaves out do not end the row: batches grow', async () => {
      const text = playlist(1, 200).replaceAll('#EXTINF:4,', '#EXT-X-MAP:URI="init-x"\n$&');
      const inits = text.split('init-x').reduce((whole, part, n) => `${whole}init-${n}${part}`);
      const { source, asked } = await playing(inits);
      for (let n = 1; n <= 100; n++) {
        await source.sign(segment(n));
        await advanceSeconds(4);
      }
      expect(Math.max(...asked().map(({ length }) => length))).toBeGreaterThan(15);
    });

    test('what a call under way will bring is at hand: an endpoint that takes its time is not called for less', async () => {
      const { source, calls } = await playing(playlist(1, 90), inTurn(each(), after(1, each())));
      for (const n of [1, 2, 3, 4, 5]) {
        watch(source.sign(segment(n)));
        await advanceSeconds(0.1);
      }
      expect(calls).toHaveLength(1);
      watch(source.sign(segment(6)));
      await advanceSeconds(0.1);
      expect(calls).toHaveLength(2);
    });

    test('a name that is answered without a token is not asked for with each request', async () => {
      const { source, asked } = await playing(playlist(1, 90), (call) =>
        each()({ ...call, urls: call.urls.filter((url) => url !== segment(3)) }),
      );
      await source.sign(segment(1));
      await source.sign(segment(2));
      await advanceSeconds(5);
      expect(asked()).toEqual([range(1, 7)]);
    });

    test('where a viewer begins, what was played until now does not come along: it may be left', async () => {
      const other = (n: number): string => `${FOLDER}other-${n}.ts`;
      const { source, asked } = await playing(playlist(1, 20));
      source.learn(`${FOLDER}other.m3u8`, hlsOrDash(playlist(1, 20).replaceAll(/^\d+\.ts/gm, 'other-$&')));
      for (const n of [1, 2, 3, 4]) await source.sign(segment(n));
      await source.sign(other(1));
      expect(asked()).toEqual([range(1, 7), range(1, 7, other)]);
    });

    test('a player that fills its buffer has more with each call, up to half of what it has requested', async () => {
      const { source, asked } = await playing(playlist(1, 400));
      for (let n = 1; n <= 300; n++) {
        await source.sign(segment(n));
        await advanceSeconds(0.1);
      }
      const sizes = asked().map(({ length }) => length);
      expect(sizes.slice(0, 3)).toEqual([7, 6, 6]);
      expect(sizes.length, 'calls for 300 segments').toBeLessThan(14);
      for (const [index, size] of sizes.entries()) {
        const before = sizes.slice(0, index).reduce((sum, other) => sum + other, 0);
        if (index > 1) expect(size).toBeLessThanOrEqual(Math.max(6, before / 2));
      }
      expect(Math.max(...sizes), 'one call').toBeLessThanOrEqual(100);
    });

    test('a seek begins anew, with six', async () => {
      const { source, asked } = await playing(playlist(1, 400));
      for (let n = 1; n <= 100; n++) await source.sign(segment(n));
      await source.sign(segment(300));
      expect(asked().at(-1)).toEqual(range(300, 306));
    });

    test('a seek back by a few segments whose tokens have ended begins anew, too: not a call for each of them', async () => {
      const { source, asked } = await playing(playlist(1, 40), each(20));
      for (let n = 1; n <= 15; n++) await source.sign(segment(n));
      await advanceSeconds(30);
      const before = asked().length;
      for (let n = 10; n <= 20; n++) await source.sign(segment(n));
      expect(asked().slice(before)).toEqual([range(10, 16), range(17, 22)]);
    });

    test('three renditions together fill one call, and no more than one', async () => {
      const names = ['v', 'a', 't'];
      const { source, asked } = await playing(playlist(1, 400), each(3600));
      const named = (name: string, n: number): string => `${FOLDER}${name}-${n}.ts`;
      for (const name of names)
        source.learn(`${FOLDER}${name}.m3u8`, hlsOrDash(playlist(1, 400).replaceAll(/^\d+\.ts/gm, `${name}-$&`)));
      for (let n = 1; n <= 300; n++) {
        for (const name of names) await source.sign(named(name, n));
        await advanceSeconds(4);
      }
      const sizes = asked().map(({ length }) => length);
      expect(Math.max(...sizes)).toBeGreaterThan(60);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
      expect(
        sizes.filter((size) => size === 1),
        'a call that had no room for all',
      ).toEqual([]);
    });

    test('no more is signed than is requested while its token lives', async () => {
      const { source, asked } = await playing(playlist(1, 400), each(20));
      const waits: number[] = [];
      for (let n = 1; n <= 100; n++) {
        if (!source.signNow(segment(n))) waits.push(n);
        await source.sign(segment(n));
        await advanceSeconds(4);
      }
      // the sixth: at the beginning nobody knows how fast a player takes them
      expect(waits).toEqual([1, 6]);
      const later = asked().slice(2).flat();
      expect(new Set(later).size, 'each once').toBe(later.length);
    });

    test('names that wait until their tokens have ended are not signed: segments longer than a token lives', async () => {
      const { source, asked } = await playing(playlist(1, 60).replaceAll('EXTINF:4', 'EXTINF:30'), each(20));
      for (let n = 1; n <= 40; n++) {
        await source.sign(segment(n));
        await advanceSeconds(30);
      }
      expect(
        asked()
          .slice(-20)
          .map(({ length }) => length),
      ).toEqual(Array.from({ length: 20 }, () => 1));
    });

    test('a viewer at half speed does not wait either', async () => {
      const { source } = await playing(playlist(1, 400), each(60));
      const waits: number[] = [];
      for (let n = 1; n <= 100; n++) {
        if (!source.signNow(segment(n))) waits.push(n);
        await source.sign(segment(n));
        await advanceSeconds(8);
      }
      expect(waits).toEqual([1]);
    });

    test('after a pause it goes on as before: what comes is signed for the time that its tokens live', async () => {
      const { source, asked } = await playing(playlist(1, 400), each(60));
      for (let n = 1; n <= 40; n++) {
        await source.sign(segment(n));
        await advanceSeconds(4);
      }
      await advanceSeconds(3600);
      await source.sign(segment(41));
      expect(asked().at(-1)).toEqual(range(41, 52));
    });

    test('a reload behind the edge signs what it adds, not more of what follows there', async () => {
      const name = (n: number): string => `${btoa(`${n * 7919}`).replaceAll('=', '')}.ts`;
      const text = (last: number): string => playlist(1, last, false).replaceAll(/^(\d+)\.ts/gm, (_, n) => name(+n));
      const { source, asked } = await playing(text(30));
      const names = range(1, 31, (n) => FOLDER + name(n));
      await source.sign(names[0]!);
      await source.sign(names[1]!);
      source.learn(MEDIA, hlsOrDash(text(31)));
      await advanceSeconds();
      expect(asked()).toEqual([names.slice(0, 7), [names[30]]]);
    });

    test('a seek signs from there on', async () => {
      const { source, asked } = await playing(playlist(1, 90));
      await source.sign(segment(1));
      await source.sign(segment(50));
      expect(asked()[1]).toEqual(range(50, 56));
    });

    test('the last segments: no more than there are', async () => {
      const { source, asked } = await playing(playlist(1, 20));
      await source.sign(segment(19));
      expect(asked()).toEqual([range(19, 20)]);
    });

    test.each([
      [2, [range(1, 3)]],
      [0, [range(1, 1)]],
    ])('readAhead: %i', async (readAhead, expected) => {
      const { source, asked } = await playing(playlist(1, 20), each(), { readAhead });
      await source.sign(segment(1));
      expect(asked()).toEqual(expected);
    });

    test('readAhead 0 also ignores the reloads of a live playlist', async () => {
      const { source, calls } = await playing(playlist(1, 5, false), each(), { readAhead: 0 });
      source.learn(MEDIA, hlsOrDash(playlist(2, 6, false)));
      await advanceSeconds();
      expect(calls).toHaveLength(0);
    });

    test('what is already asked for is not asked for again', async () => {
      const { source, asked } = await playing(playlist(1, 20), inTurn(each(), after(1, each())));
      watch(source.sign(segment(1)));
      await advanceSeconds(0.1);
      watch(source.sign(segment(2)));
      await advanceSeconds(0.1);
      expect(asked()[0]).toEqual(range(1, 7));
      expect(
        asked()
          .slice(1)
          .flat()
          .filter((url) => range(1, 7).includes(url)),
      ).toEqual([]);
    });

    test('tokens that died before use are replaced', async () => {
      const { source, asked, reasons } = await playing(playlist(1, 20), each(60));
      await source.sign(segment(1));
      await sleep(100);
      await source.sign(segment(2));
      expect(asked()[1]).toEqual(range(2, 8));
      expect(reasons()).toEqual(['initial', 'expired']);
    });

    test('a segment in its window is attached and not renewed: it is asked for once', async () => {
      const { source, calls } = await playing(playlist(1, 3), each(60));
      await source.sign(segment(1));
      await advanceSeconds(50);
      expect(tokenOf(source.signNow(segment(2)))).toBe('t2');
      await advanceSeconds();
      expect(calls.flatMap(({ urls }) => urls)).toEqual(range(1, 3));
    });

    test('a file that is asked for range by range is asked for often: it never waits', async () => {
      const { source, calls } = lab(each(60));
      source.learn(
        MEDIA,
        hlsOrDash(`#EXTM3U\n${[0, 1, 2].map((n) => `#EXTINF:4,\n#EXT-X-BYTERANGE:100@${n}00\nall.m4s`).join('\n')}`),
      );
      await source.sign(`${FOLDER}all.m4s`);
      for (let time = 0; time < 300; time += 4) {
        expect(source.signNow(`${FOLDER}all.m4s`), `at ${time} s`).toBeDefined();
        await advanceSeconds(4);
      }
      expect(calls.length).toBeLessThan(8);
    });

    test('a token for the folder makes reading ahead needless', async () => {
      const { source, calls } = await playing(playlist(1, 20), folder());
      source.signNow(segment(1));
      source.learn(MEDIA, hlsOrDash(playlist(2, 21, false)));
      await advanceSeconds();
      expect(calls).toHaveLength(0);
    });
  });
});
