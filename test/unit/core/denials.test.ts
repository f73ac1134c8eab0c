import { describe, expect, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import {
  FOLDER,
  MASTER,
  code,
  each,
  fakeTime,
  fail,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  seconds,
  segment,
  sleep,
  tokenOf,
} from './lab.ts';

fakeTime();

describe('createTokenSource', () => {
  describe('a denial', () => {
    test.each([401, 403])('%i: final for these URLs, the endpoint is not called again', async (status) => {
      const { source, calls, types, events } = lab(fail(status));
      expect(await code(source.sign(MASTER))).toBe('ERR_DENIED');
      for (let i = 0; i < 5; i++) {
        expect(source.signNow(MASTER)).toBeUndefined();
        expect(await code(source.sign(MASTER))).toBe('ERR_DENIED');
        await advanceSeconds(600);
      }
      expect(calls).toHaveLength(1);
      expect(types()).toEqual(['tokendenied']);
      expect(events[0]!.detail.error).toMatchObject({ code: 'ERR_DENIED', status });
    });

    test('a URL listed in denied: final for it, not for the others', async () => {
      const { source, calls, events } = lab((call) => ({
        ...(each()({ ...call, urls: [segment(1)] }) as object),
        denied: [segment(2)],
      }));
      const [one, two] = await Promise.all([source.sign(segment(1)), code(source.sign(segment(2)))]);
      expect(tokenOf(one)).toBe('t1');
      expect(two).toBe('ERR_DENIED');
      expect(await code(source.sign(segment(2)))).toBe('ERR_DENIED');
      expect(calls).toHaveLength(1);
      expect(events.at(-1)).toMatchObject({
        type: 'tokendenied',
        detail: { error: { code: 'ERR_DENIED', url: segment(2) } },
      });
    });

    test('a denied URL is denied however it is written', async () => {
      const { source, calls } = lab(() => ({
        now: seconds(),
        tokens: [],
        denied: ['https://CDN.test/x/../vod/7/master.m3u8'],
      }));
      expect(await code(source.sign(`${MASTER}#a`))).toBe('ERR_DENIED');
      expect(await code(source.sign(MASTER))).toBe('ERR_DENIED');
      expect(calls).toHaveLength(1);
    });

    test('entries of denied that are no URLs are ignored', async () => {
      const { source } = lab((call) => ({ ...(folder()(call) as object), denied: ['', 'x', 7, null] }));
      expect(tokenOf(await source.sign(MASTER))).toBe('t1');
    });

    test('a folder whose renewal is denied: requests fail at once, nothing is asked', async () => {
      const { source, calls } = lab(inTurn(folder(), fail(403)));
      await source.sign(MASTER);
      await advanceSeconds(241);
      expect(calls).toHaveLength(2);
      for (let i = 0; i < 100; i++) {
        expect(await code(source.sign(segment(i)))).toBe('ERR_DENIED');
        await advanceSeconds(10);
      }
      expect(calls).toHaveLength(2);
    });

    test('the URLs of another folder are asked for', async () => {
      const { source } = lab(inTurn(folder(20), fail(403), folder(300, 'https://b.test/')));
      await source.sign(MASTER);
      await sleep(100);
      expect(await code(source.sign(MASTER))).toBe('ERR_DENIED');
      expect(tokenOf(await source.sign('https://b.test/x'))).toBe('t3');
    });

    test('a denied URL is not asked for by reading ahead', async () => {
      const { source, asked } = lab((call) => ({
        ...(each()({ ...call, urls: call.urls.filter((url) => url !== segment(3)) }) as object),
        denied: call.urls.filter((url) => url === segment(3)),
      }));
      await source.sign(MASTER);
      source.learn(MASTER, hlsOrDash('#EXTM3U\n' + [1, 2, 3, 4, 5].map((n) => `#EXTINF:4,\n${n}.ts`).join('\n')));
      await source.sign(segment(1));
      for (const n of [2, 4, 5]) await source.sign(segment(n));
      expect(
        asked()
          .flat()
          .filter((url) => url === segment(3)),
      ).toHaveLength(1);
    });

    test('renew() lifts it', async () => {
      const viewer = lab(fail(401));
      expect(await code(viewer.source.sign(MASTER))).toBe('ERR_DENIED');
      viewer.answer = folder();
      await viewer.source.renew();
      expect(tokenOf(await viewer.source.sign(MASTER))).toBe('t2');
      expect(tokenOf(viewer.source.signNow(segment(1)))).toBe('t2');
    });

    test('renew() lifts that of a folder, and brings its token', async () => {
      const viewer = lab(inTurn(folder(), fail(403), folder()));
      await viewer.source.sign(MASTER);
      await advanceSeconds(241);
      expect(await code(viewer.source.sign(MASTER))).toBe('ERR_DENIED');
      await viewer.source.renew();
      expect(tokenOf(viewer.source.signNow(segment(1)))).toBe('t3');
      await advanceSeconds(241);
      expect(viewer.calls).toHaveLength(4);
    });

    test('renew() lifts it also when the token has died meanwhile, and brings another', async () => {
      const { source } = lab(inTurn(folder(20), fail(403), folder(20)));
      await source.sign(MASTER);
      await advanceSeconds(40);
      expect(await code(source.sign(MASTER))).toBe('ERR_DENIED');
      await source.renew();
      expect(tokenOf(source.signNow(MASTER))).toBe('t3');
    });

    test('renew() may be denied again', async () => {
      const viewer = lab(inTurn(folder(), fail(403)));
      await viewer.source.sign(MASTER);
      expect(await code(viewer.source.renew())).toBe('ERR_DENIED');
      expect(await code(viewer.source.sign(MASTER))).toBe('ERR_DENIED');
      expect(viewer.types()).toEqual(['tokenrenewed', 'tokendenied']);
    });
  });

  describe('renew', () => {
    test('renews everything in use, in one call', async () => {
      const viewer = lab(({ urls }) => ({
        now: seconds(),
        tokens: urls.map((url) => ({
          prefix: url.replace(/[^/]*$/, ''),
          query: { st: 'x' },
          expires: seconds() + 300,
        })),
      }));
      await viewer.source.sign('https://a.test/1');
      await viewer.source.sign('https://b.test/1');
      await viewer.source.renew();
      expect(viewer.asked()[2]).toEqual(['https://a.test/1', 'https://b.test/1']);
      expect(viewer.reasons()[2]).toBe('expiring');
    });

    test('nothing in use: no call', async () => {
      const { source, calls } = lab(folder(), { tokens: [{ prefix: FOLDER, expires: seconds() + 300, query: {} }] });
      await source.renew();
      expect(calls).toHaveLength(0);
    });

    test('per-URL tokens in use are renewed, dead ones are not', async () => {
      const viewer = lab(each(60));
      await viewer.source.sign(segment(1));
      await advanceSeconds(50);
      await viewer.source.sign(segment(2));
      await advanceSeconds(20);
      await viewer.source.renew();
      expect(viewer.asked().at(-1)).toEqual([segment(2)]);
    });

    test('joins a renewal under way', async () => {
      const viewer = lab(
        inTurn(folder(), (call) => new Promise((resolve) => setTimeout(() => resolve(folder()(call)), 2000))),
      );
      await viewer.source.sign(MASTER);
      await advanceSeconds(241);
      const renewed = viewer.source.renew();
      await advanceSeconds(3);
      await renewed;
      expect(viewer.calls).toHaveLength(2);
    });

    test('fails as sign does', async () => {
      const viewer = lab(inTurn(folder(), fail(400)));
      await viewer.source.sign(MASTER);
      expect(await code(viewer.source.renew())).toBe('ERR_SIGNING_RESPONSE');
      expect(tokenOf(viewer.source.signNow(MASTER))).toBe('t1');
    });
  });
});

describe('a denial in a service worker, which nobody may tell of a log-in', () => {
  test('is believed for 30 s; then the next request asks again, once', async () => {
    vi.stubGlobal('ServiceWorkerGlobalScope', EventTarget);
    const { source, calls, types } = lab(fail(403));
    for (const asked of [1, 2, 3]) {
      for (let second = 0; second < 30; second++) {
        expect(await code(source.sign(MASTER))).toBe('ERR_DENIED');
        expect(calls).toHaveLength(asked);
        await advanceSeconds(1);
      }
    }
    expect(types()).toEqual(['tokendenied', 'tokendenied', 'tokendenied']);
  });

  test('of a folder whose token lives: its renewal goes on when the denial is over', async () => {
    vi.stubGlobal('ServiceWorkerGlobalScope', EventTarget);
    const { source, calls } = lab(inTurn(folder(), fail(403), folder()));
    await source.sign(MASTER);
    await advanceSeconds(241);
    for (let second = 0; second < 28; second++) {
      expect(source.signNow(segment(second))).toBeUndefined();
      await advanceSeconds(1);
    }
    expect(calls).toHaveLength(2);
    await advanceSeconds(3);
    expect(tokenOf(source.signNow(MASTER))).toBe('t3');
  });
});

describe('liftDenials', () => {
  test('makes no call; the next request does', async () => {
    const viewer = lab(inTurn(folder(20), fail(403), folder(20)));
    await viewer.source.sign(MASTER);
    await advanceSeconds(40);
    expect(await code(viewer.source.sign(MASTER))).toBe('ERR_DENIED');
    viewer.source.liftDenials();
    await advanceSeconds(60);
    expect(viewer.calls).toHaveLength(2);
    expect(tokenOf(await viewer.source.sign(MASTER))).toBe('t3');
  });
});

describe('createTokenSource', () => {
  test('of several denied URLs each request is told its own', async () => {
    const { source, types } = lab(() => ({ now: seconds(), tokens: [], denied: [segment(1), segment(2)] }));
    const errors = await Promise.all([1, 2].map((n) => source.sign(segment(n)).catch((error: unknown) => error)));
    expect(errors).toMatchObject([{ url: segment(1) }, { url: segment(2) }]);
    expect(types()).toEqual(['tokendenied']);
  });
});
