import { describe, expect, test } from 'vitest';
import {
  FOLDER,
  MASTER,
  START,
  after,
  code,
  each,
  fakeTime,
  fail,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  range,
  segment,
  sleep,
  tokenOf,
  watch,
} from './lab.ts';

fakeTime();

const count = (n: number): string[] => Array.from({ length: n }, (_, i) => segment(i));

describe('createTokenSource', () => {
  describe('calls for per-URL tokens', () => {
    test('every URL wanted in the same task goes into one call', async () => {
      const { source, asked } = lab(each());
      const requests = await Promise.all(count(5).map((url) => source.sign(url)));
      expect(requests.map(({ url }) => url)).toEqual(count(5).map((url) => `${url}?st=t1`));
      expect(asked()).toEqual([count(5)]);
    });

    test('a URL wanted twice is asked for once', async () => {
      const { source, asked } = lab(each());
      await Promise.all([source.sign(MASTER), source.sign(`${MASTER}#f`), source.sign(MASTER)]);
      expect(asked()).toEqual([[MASTER]]);
    });

    test('URLs that are wanted in two tasks: two calls', async () => {
      const { source, asked } = lab(after(1, each()));
      watch(source.sign(segment(1)));
      await advanceSeconds();
      watch(source.sign(segment(2)));
      await advanceSeconds();
      expect(asked()).toEqual([[segment(1)], [segment(2)]]);
    });

    test.each([
      [100, [100]],
      [101, [100, 1]],
      [250, [100, 100, 50]],
    ])('%i URLs wanted in one task: at most 100 a call', async (n, sizes) => {
      const { source, asked } = lab(each());
      const requests = await Promise.all(count(n).map((url) => source.sign(url)));
      expect(asked().map(({ length }) => length)).toEqual(sizes);
      expect(asked().flat()).toEqual(count(n));
      expect(requests.every((request, i) => request.unsignedUrl === segment(i) && tokenOf(request))).toBe(true);
    });

    test('one call also when the reasons differ; it says refused: the answer must be another token', async () => {
      const { source, asked, reasons } = lab(each(100));
      await source.sign(segment(1));
      await source.sign(segment(2));
      await advanceSeconds(1);
      const fresh = await source.sign(segment(3));
      await sleep(98);
      await Promise.all([source.sign(segment(1)), source.sign(segment(2)), source.sign(segment(9))]);
      expect(asked().slice(3)).toEqual([[segment(1), segment(2), segment(9)]]);
      const both = [source.sign(segment(8)), source.refused(fresh, 403), source.sign(segment(7))];
      await Promise.all(both);
      expect(asked().slice(4)).toEqual([[segment(8), segment(3), segment(7)]]);
      expect(reasons().at(-1)).toBe('refused');
    });

    test('what is asked is absolute and unsigned, without fragment', async () => {
      const { source, asked } = lab(each());
      await source.sign('https://CDN.test/vod/./7/a.ts?x=~#f');
      expect(asked()).toEqual([[`${FOLDER}a.ts?x=~`]]);
    });
  });

  describe('single flight', () => {
    test('one call per scope at a time: others join it', async () => {
      const { source, calls } = lab(after(1, each()));
      const first = source.sign(MASTER);
      await advanceSeconds(0.5);
      const second = source.sign(MASTER);
      await advanceSeconds(1);
      expect(tokenOf(await first)).toBe('t1');
      expect(tokenOf(await second)).toBe('t1');
      expect(calls).toHaveLength(1);
    });

    test('an endpoint that has changed from a token a folder to a token a URL: each request goes out with its own', async () => {
      const { source, asked } = lab(inTurn(folder(60), after(0.5, each())));
      await source.sign(MASTER);
      await advanceSeconds(61);
      const urls = [segment(1), segment(2), segment(2), segment(3)];
      const seen = urls.map((url) => watch(source.sign(url)));
      await advanceSeconds(2);
      // MASTER twice: at first, and as the token of the folder is due, which is not asked for again and again
      expect(asked()).toEqual([[MASTER], [MASTER], [segment(1)], [segment(2), segment(3)]]);
      expect(seen.map(({ value }) => value && tokenOf(value))).toEqual(['t3', 't4', 't4', 't4']);
    });

    test('a folder whose token is dead: N requests wait, exactly one call', async () => {
      const { source, calls, asked } = lab(inTurn(folder(), after(1, folder())));
      await source.sign(MASTER);
      await sleep(3600);
      const waiting = count(50).map((url) => source.sign(url));
      await advanceSeconds(0.5);
      waiting.push(source.sign(segment(99)));
      await advanceSeconds(1);
      expect((await Promise.all(waiting)).map(tokenOf)).toEqual(waiting.map(() => 't2'));
      expect(calls).toHaveLength(2);
      expect(asked()[1]).toEqual([segment(0)]);
    });

    test('a path whose expired token is forgotten meanwhile: one call all the same', async () => {
      const quick = each(20, { anyQuery: true });
      const slow = after(1, quick);
      let isSlow = false;
      const { source, asked } = lab((call) => (isSlow && call.urls[0]!.startsWith(MASTER) ? slow : quick)(call));
      await source.sign(`${MASTER}?a=1`);
      await sleep(100);
      isSlow = true;
      const first = source.sign(`${MASTER}?a=2`);
      await advanceSeconds(0.2);
      // this answer drops what has expired
      await source.sign(segment(1));
      const second = source.sign(`${MASTER}?a=3`);
      await advanceSeconds(2);
      expect([tokenOf(await first), tokenOf(await second)]).toEqual(['t2', 't2']);
      expect(
        asked()
          .flat()
          .filter((url) => url.startsWith(MASTER)),
      ).toHaveLength(2);
    });

    test('two players that share a source: one call', async () => {
      const { source, calls } = lab();
      const player = async (): Promise<string> => (await source.sign(MASTER)).url;
      expect(await Promise.all([player(), player()])).toEqual([`${MASTER}?st=t1`, `${MASTER}?st=t1`]);
      expect(calls).toHaveLength(1);
      await advanceSeconds(241);
      expect(calls).toHaveLength(2);
    });

    test('requests join a renewal that runs ahead of use', async () => {
      const { source, calls } = lab(inTurn(folder(20), after(8, folder(20))));
      await source.sign(MASTER);
      await advanceSeconds(15.1);
      expect(calls).toHaveLength(2);
      await advanceSeconds(4);
      expect(source.signNow(MASTER)).toBeUndefined();
      const waiting = source.sign(MASTER);
      await advanceSeconds(5);
      expect(tokenOf(await waiting)).toBe('t2');
      expect(calls).toHaveLength(2);
    });

    test('after a rotation: what is renewed along with a request already is not asked for once more', async () => {
      const tokens = range(1, 700).map((url) => ({ url, query: { st: 't0' }, expires: START + 3600 }));
      const { source, asked } = lab(inTurn(each(), after(1, each())), { tokens, readAhead: 0 });
      await source.refused(source.signNow(segment(500))!, 403);
      watch(source.sign(segment(501)));
      await advanceSeconds(0.1);
      watch(source.sign(segment(450)));
      await advanceSeconds(2);
      expect(asked()).toEqual([[segment(500)], range(501, 600), range(450, 499)]);
    });

    test('a caller that aborts detaches without killing the call for the rest', async () => {
      const { source, calls } = lab(after(1, each()));
      const leaving = new AbortController();
      const left = source.sign(MASTER, { signal: leaving.signal });
      const stays = source.sign(MASTER);
      await advanceSeconds(0.5);
      leaving.abort(new Error('left'));
      await expect(left).rejects.toThrow('left');
      expect(calls[0]!.init.signal.aborted).toBe(false);
      await advanceSeconds(1);
      expect(tokenOf(await stays)).toBe('t1');
      expect(calls).toHaveLength(1);
    });

    test('when every caller has left, the answer is still kept', async () => {
      const { source, calls } = lab(after(1, each()));
      const leaving = new AbortController();
      const left = code(source.sign(MASTER, { signal: leaving.signal }));
      await advanceSeconds();
      leaving.abort();
      expect(await left).toMatch(/abort/i);
      await advanceSeconds(2);
      expect(tokenOf(source.signNow(MASTER))).toBe('t1');
      expect(calls).toHaveLength(1);
    });

    test('when every caller has left, a failure disturbs nobody', async () => {
      const { source } = lab(after(1, fail(400)));
      const leaving = new AbortController();
      const left = code(source.sign(MASTER, { signal: leaving.signal }));
      await advanceSeconds();
      leaving.abort();
      await left;
      await advanceSeconds(5);
    });

    test('an abort in the task in which the token arrives still counts', async () => {
      const { source } = lab(each());
      const leaving = new AbortController();
      const left = code(source.sign(MASTER, { signal: leaving.signal }));
      leaving.abort();
      expect(await left).toMatch(/abort/i);
    });

    test('a signal that outlives many requests collects no listeners', async () => {
      const { source } = lab(each());
      const { signal } = new AbortController();
      let listeners = 0;
      const { addEventListener, removeEventListener } = signal;
      signal.addEventListener = (...args: unknown[]) => {
        listeners++;
        addEventListener.apply(signal, args as never);
      };
      signal.removeEventListener = (...args: unknown[]) => {
        listeners--;
        removeEventListener.apply(signal, args as never);
      };
      for (const url of count(20)) await source.sign(url, { signal });
      await advanceSeconds();
      expect(listeners).toBe(0);
    });
  });
});
