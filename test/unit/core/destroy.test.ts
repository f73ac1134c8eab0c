import { describe, expect, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import {
  FOLDER,
  MASTER,
  after,
  code,
  each,
  fakeTime,
  fail,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  playlist,
  segment,
  tokenOf,
} from './lab.ts';

fakeTime();

const forever = (): Promise<never> => new Promise(() => undefined);

describe('createTokenSource', () => {
  describe('destroy', () => {
    test('destroy() while requests wait for an answer: they fail, and the call is aborted', async () => {
      const { source, calls, types } = lab(forever);
      const requests = [source.sign(MASTER), source.sign(segment(1))].map(code);
      await advanceSeconds(1);
      source.destroy();
      expect(await Promise.all(requests)).toEqual(['ERR_DESTROYED', 'ERR_DESTROYED']);
      expect(calls[0]!.init.signal.aborted).toBe(true);
      await advanceSeconds(600);
      expect(calls).toHaveLength(1);
      expect(types()).toEqual([]);
    });

    test('destroy() while requests wait for the next try: they fail', async () => {
      const { source, calls } = lab(fail(503));
      const request = code(source.sign(MASTER));
      await advanceSeconds(0.5);
      source.destroy();
      expect(await request).toBe('ERR_DESTROYED');
      await advanceSeconds(600);
      expect(calls).toHaveLength(1);
    });

    test('destroy() in the task of the requests: they fail, and the endpoint is not called', async () => {
      const { source, calls } = lab();
      const request = code(source.sign(MASTER));
      source.destroy();
      expect(await request).toBe('ERR_DESTROYED');
      await advanceSeconds(60);
      expect(calls).toHaveLength(0);
    });

    test('destroy() between the request and the call, in whichever microtask: no call begins after it', async () => {
      for (let microtasks = 0; microtasks < 12; microtasks++) {
        const { source, calls, types } = lab(forever);
        const request = code(source.sign(MASTER));
        for (let i = 0; i < microtasks; i++) await Promise.resolve();
        source.destroy();
        const before = calls.length;
        await advanceSeconds(20);
        expect(await request).toBe('ERR_DESTROYED');
        expect(calls.length, `after ${microtasks}`).toBe(before);
        expect(vi.getTimerCount()).toBe(0);
        expect(types()).toEqual([]);
      }
    });

    test('destroy() while a call is made again for a viewer who has logged in: it is not made', async () => {
      const { source, calls, types } = lab(inTurn(fail(403), forever));
      expect(await code(source.sign(MASTER))).toBe('ERR_DENIED');
      const other = code(source.sign(`${FOLDER}../b.m3u8`));
      await advanceSeconds(1);
      expect(calls).toHaveLength(2);
      void source.renew();
      source.destroy();
      await advanceSeconds(60);
      expect(await other).toBe('ERR_DESTROYED');
      expect(calls).toHaveLength(2);
      expect(types()).toEqual(['tokendenied']);
      expect(vi.getTimerCount()).toBe(0);
    });

    test('destroy() while the app makes the request: it is not sent, though `fetch` knows no signal', async () => {
      const fetch = vi.fn(async () => new Response('{}'));
      const request = async (): Promise<RequestInit> => {
        await new Promise((resolve) => setTimeout(resolve, 500));
        return { headers: { authorization: 'Bearer log-in' } };
      };
      const { source } = lab(folder(), { request, fetch });
      const ended = code(source.sign(MASTER));
      await advanceSeconds(0.2);
      source.destroy();
      await advanceSeconds(20);
      expect(await ended).toBe('ERR_DESTROYED');
      expect(fetch).not.toHaveBeenCalled();
    });

    test('after destroy() refused() and renew() fail', async () => {
      const { source } = lab(inTurn(folder(), forever));
      const request = await source.sign(MASTER);
      const both = [source.refused(request, 403), source.renew()].map(code);
      await advanceSeconds(1);
      source.destroy();
      expect(await Promise.all(both)).toEqual(['ERR_DESTROYED', 'ERR_DESTROYED']);
    });

    test('after destroy() nothing is signed, and nothing is asked for', async () => {
      const { source, calls } = lab();
      const request = await source.sign(MASTER);
      source.destroy();
      expect(source.signNow(MASTER)).toBeUndefined();
      expect(await code(source.sign(MASTER))).toBe('ERR_DESTROYED');
      expect(await code(source.refused(request, 403))).toBe('ERR_DESTROYED');
      source.learn(MASTER, hlsOrDash(playlist(1, 9)));
      source.allow(MASTER);
      expect(source.unsign(`${MASTER}?st=1`)).toBe(MASTER);
      await advanceSeconds(3600);
      expect(calls).toHaveLength(1);
    });

    test.each([
      ['idle', folder(), 0],
      ['playing', folder(), 30],
      ['renewing', inTurn(folder(), forever), 241],
      ['backing off', inTurn(folder(), fail(503)), 242],
      ['per URL', each(), 30],
    ])('destroy() leaves no timer: %s', async (_, answer, time) => {
      const { source } = lab(answer);
      await source.sign(MASTER);
      await advanceSeconds(time);
      source.destroy();
      await advanceSeconds();
      expect(vi.getTimerCount()).toBe(0);
      await advanceSeconds(3600);
      expect(vi.getTimerCount()).toBe(0);
    });

    test('an answer that arrives after destroy() changes nothing', async () => {
      const { source, types } = lab(after(5, folder()));
      const request = code(source.sign(MASTER));
      await advanceSeconds(1);
      source.destroy();
      await advanceSeconds(10);
      expect(await request).toBe('ERR_DESTROYED');
      expect(source.signNow(MASTER)).toBeUndefined();
      expect(types()).toEqual([]);
      expect(vi.getTimerCount()).toBe(0);
    });

    test('an answer of getTokens that arrives after destroy() changes nothing', async () => {
      const { source, types } = lab(folder(), {
        endpoint: undefined as never,
        getTokens: () => new Promise((resolve) => setTimeout(() => resolve({ prefix: FOLDER, expires: 2e9 }), 5000)),
      });
      const request = code(source.sign(MASTER));
      await advanceSeconds(1);
      source.destroy();
      expect(await request).toBe('ERR_DESTROYED');
      await advanceSeconds(10);
      expect(types()).toEqual([]);
    });

    test('by the first of two who wait, just before the other goes on: that is signed, or fails as all', async () => {
      const seen = new Set<string | undefined>();
      for (let microtasks = 0; microtasks < 12; microtasks++) {
        const { source } = lab();
        void source.sign(segment(1)).then(() => source.destroy());
        for (let i = 0; i < microtasks; i++) await Promise.resolve();
        seen.add(await code(source.sign(segment(2))));
      }
      expect(seen).toEqual(new Set([undefined, 'ERR_DESTROYED']));
    });

    test('destroy() in an event listener: the request that waited fails, and no timer is left', async () => {
      const { source, calls } = lab(folder());
      source.addEventListener('tokenrenewed', () => source.destroy());
      expect(await code(source.sign(MASTER))).toBe('ERR_DESTROYED');
      await advanceSeconds(3600);
      expect(calls).toHaveLength(1);
      expect(vi.getTimerCount()).toBe(0);
    });

    test('destroy() twice, and before anything: no error', () => {
      const { source } = lab();
      source.destroy();
      source.destroy();
    });

    test('after destroy() unprotected URLs still pass', async () => {
      const { source } = lab(folder(), { protect: FOLDER });
      source.destroy();
      expect(source.signNow('https://ads.test/x')?.url).toBe('https://ads.test/x');
      expect((await source.sign('https://ads.test/x')).url).toBe('https://ads.test/x');
    });

    test('Symbol.dispose destroys', async () => {
      const { source } = lab(forever);
      const request = code(source.sign(MASTER));
      await advanceSeconds();
      source[Symbol.dispose]();
      expect(await request).toBe('ERR_DESTROYED');
    });

    test('destroy() of one source: the other sources of a page go on', async () => {
      const a = lab();
      const b = lab();
      await Promise.all([a.source.sign(MASTER), b.source.sign(MASTER)]);
      a.source.destroy();
      await advanceSeconds(241);
      expect(a.calls).toHaveLength(1);
      expect(b.calls).toHaveLength(2);
      expect(tokenOf(b.source.signNow(MASTER))).toBe('t2');
    });
  });
});
