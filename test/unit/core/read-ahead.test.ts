import { describe, expect, test } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import {
  FOLDER,
  MEDIA,
  after,
  code,
  each,
  fakeTime,
  fail,
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

    test('further ones are signed only when fewer than half of them are ready', async () => {
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
      expect(asked()).toEqual([range(1, 7), range(8, 13), range(14, 19), range(20, 25), range(26, 30)]);
      // with the first, the fifth, and then every sixth
      expect(calls.map(({ at }) => at)).toEqual([0, 16, 40, 64, 88]);
    });

    test('what another rendition that is played lacks comes along in the same call', async () => {
      const sound = (n: number): string => `${FOLDER}en-${n}.ts`;
      const { source, asked } = await playing(playlist(1, 20));
      source.learn(`${FOLDER}en.m3u8`, hlsOrDash(playlist(1, 20).replaceAll(/^\d+\.ts/gm, 'en-$&')));
      await source.sign(segment(1));
      for (const n of [1, 2, 3]) await source.sign(sound(n));
      for (const n of [2, 3, 4, 5]) await source.sign(segment(n));
      await advanceSeconds();
      expect(asked().slice(2)).toEqual([[...range(8, 13), ...range(8, 9, sound)]]);
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

    test('a failed read-ahead disturbs nobody', async () => {
      const { source, types } = await playing(playlist(1, 20), inTurn(each(), each(), fail(400)));
      await source.sign(segment(1));
      for (let i = 2; i < 8; i++) expect(source.signNow(segment(i))).toBeDefined();
      await advanceSeconds(60);
      expect(types()).toContain('tokenerror');
    });

    test('what follows a denied segment is not asked for: the viewer is told without a call', async () => {
      const { source, asked } = await playing(playlist(1, 20), inTurn(each(), fail(403)));
      expect(await code(source.sign(segment(1)))).toBe('ERR_DENIED');
      for (const n of [1, 4, 7]) expect(await code(source.sign(segment(n)))).toBe('ERR_DENIED');
      await advanceSeconds(60);
      expect(asked()).toEqual([range(1, 7)]);
    });

    test('while the endpoint is down, playing on does not hammer it', async () => {
      const viewer = await playing(playlist(1, 200), each(3600), { readAhead: 50, random: () => 0.5 });
      await viewer.source.sign(segment(1));
      viewer.answer = fail(503);
      viewer.calls.length = 0;
      for (let i = 2; i <= 50; i++) {
        expect(viewer.source.signNow(segment(i))).toBeDefined();
        await advanceSeconds(4);
      }
      expect(viewer.calls.length).toBeGreaterThan(3);
      expect(viewer.calls.length).toBeLessThan(60);
    });

    test('while the endpoint is left alone nothing is asked for ahead, nor at the end of the pause', async () => {
      const viewer = await playing(playlist(1, 40), each(), { random: () => 0 });
      await viewer.source.sign(segment(1));
      viewer.answer = fail(503, { 'retry-after': '5' });
      const other = watch(viewer.source.sign(`${FOLDER}other.ts`));
      await advanceSeconds(1);
      viewer.answer = each();
      for (const url of range(2, 6)) viewer.source.signNow(url);
      await advanceSeconds(5);
      expect(other.state).toBe('done');
      expect(viewer.asked().slice(1)).toEqual([[`${FOLDER}other.ts`], [`${FOLDER}other.ts`]]);
      viewer.source.signNow(segment(7));
      await advanceSeconds();
      expect(viewer.asked().at(-1)).toEqual(range(8, 13));
    });

    test('an endpoint that answers only for the first URL is lived with', async () => {
      const { source } = await playing(playlist(1, 20), (call) => each()({ ...call, urls: call.urls.slice(0, 1) }));
      for (let i = 1; i <= 5; i++) expect((await source.sign(segment(i))).unsignedUrl).toBe(segment(i));
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
