// @vitest-environment jsdom
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { TokenSource } from '../../../packages/core/src/index.ts';
import { createTokenSource } from '../../../packages/core/src/index.ts';
import type { Answer } from './lab.ts';
import {
  ENDPOINT,
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
  tokenOf,
  watch,
} from './lab.ts';

fakeTime();

const events: [string, () => void][] = [
  ['visibilitychange', () => document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))],
  ['pageshow', () => window.dispatchEvent(new Event('pageshow'))],
  ['online', () => window.dispatchEvent(new Event('online'))],
];

describe('createTokenSource', () => {
  describe('in a page', () => {
    test.each(events)('%s: the wall clock is read at once', async (_, wake) => {
      const { source, calls, reasons } = lab();
      await source.sign(MASTER);
      vi.setSystemTime(Date.now() + 250_000);
      await advanceSeconds();
      expect(calls).toHaveLength(1);
      wake();
      await advanceSeconds();
      expect(reasons()).toEqual(['initial', 'expiring']);
    });

    test.each(events)('%s: nothing to do, nothing done', async (_, wake) => {
      const { source, calls } = lab();
      await source.sign(MASTER);
      wake();
      wake();
      await advanceSeconds(1);
      expect(calls).toHaveLength(1);
      expect(vi.getTimerCount()).toBe(1);
    });

    test('a page that is online again: a renewal that waits for its next try makes it now', async () => {
      const { source, calls } = lab(inTurn(folder(), fail(503, { 'retry-after': '20' }), folder()));
      await source.sign(MASTER);
      await advanceSeconds(241);
      expect(calls).toHaveLength(2);
      window.dispatchEvent(new Event('online'));
      await advanceSeconds();
      expect(calls).toHaveLength(3);
      expect(tokenOf(source.signNow(MASTER))).toBe('t3');
    });

    test('a page that is online again: whoever waits goes on at once, with a token for each URL', async () => {
      const { source, calls } = lab(inTurn(fail(503, { 'retry-after': '25' }), each()));
      const seen = watch(source.sign(MASTER));
      await advanceSeconds(3);
      expect(seen.state).toBe('pending');
      window.dispatchEvent(new Event('online'));
      await advanceSeconds();
      expect(seen.state).toBe('done');
      expect(calls).toHaveLength(2);
    });

    test('a page that is online again: whoever waits goes on at once, when the token of the folder has expired', async () => {
      const { source } = lab(inTurn(folder(20), fail(503, { 'retry-after': '25' }), folder()));
      await source.sign(MASTER);
      await advanceSeconds(40);
      const seen = watch(source.sign(MASTER));
      await advanceSeconds(1);
      window.dispatchEvent(new Event('online'));
      await advanceSeconds();
      expect(seen.state).toBe('done');
    });

    test('online that comes before the network can be used: the request has all tries again', async () => {
      let isDown = true;
      const viewer = lab((call) => (isDown ? Promise.reject(new TypeError('Failed to fetch')) : folder()(call)));
      const request = watch(viewer.source.sign(MASTER));
      await advanceSeconds(9);
      window.dispatchEvent(new Event('online'));
      await advanceSeconds(1.5);
      expect(request.state).toBe('pending');
      isDown = false;
      await advanceSeconds(10);
      expect(request.state).toBe('done');
    });

    test('a page that is online again ends a pause that is longer than setTimeout can wait', async () => {
      const { source, calls } = lab(inTurn(fail(503, { 'retry-after': '9000000' }), folder()));
      expect(await code(source.sign(MASTER))).toBe('ERR_SIGNING_UNAVAILABLE');
      await advanceSeconds(60);
      window.dispatchEvent(new Event('online'));
      expect((await source.sign(MASTER)).token).toBeDefined();
      expect(calls).toHaveLength(2);
    });

    test('a page that is online again while a call hangs: the next call follows soon after that one has failed', async () => {
      const afterFiveSeconds: Answer = (call) =>
        new Promise((resolve) => setTimeout(() => resolve(fail(503)(call)), 5000));
      const down = [1, 2, 3, 4].map(() => fail(503));
      const { source, calls } = lab(inTurn(...down, afterFiveSeconds, folder()), { retry: { limit: 9 } });
      const seen = watch(source.sign(MASTER));
      await advanceSeconds(1 + 2 + 4 + 8);
      expect(calls).toHaveLength(5);
      window.dispatchEvent(new Event('online'));
      await advanceSeconds(4);
      expect(calls).toHaveLength(5);
      await advanceSeconds(2);
      expect(seen.state).toBe('done');
    });

    test('no listener is added before there is something to renew, none is left when there no longer is', async () => {
      const listening = new Map<string, number>();
      for (const target of [window, document]) {
        const { addEventListener, removeEventListener } = target;
        const live = new Set<string>();
        const ids = new WeakMap<object, number>();
        const id = (type: string, listener: unknown): string => {
          if (!ids.has(listener as object)) ids.set(listener as object, Math.random());
          return `${type} ${ids.get(listener as object)}`;
        };
        const count = (): void => {
          listening.set(target === window ? 'window' : 'document', live.size);
        };
        vi.spyOn(target, 'addEventListener').mockImplementation(
          (type: string, listener: unknown, ...rest: unknown[]) => {
            live.add(id(type, listener));
            count();
            addEventListener.apply(target, [type, listener, ...rest] as never);
          },
        );
        vi.spyOn(target, 'removeEventListener').mockImplementation(
          (type: string, listener: unknown, ...rest: unknown[]) => {
            live.delete(id(type, listener));
            count();
            removeEventListener.apply(target, [type, listener, ...rest] as never);
          },
        );
      }
      const total = (): number => [...listening.values()].reduce((sum, n) => sum + n, 0);
      const { source } = lab();
      expect(total()).toBe(0);
      await source.sign(MASTER);
      expect(total()).toBeGreaterThan(0);
      await advanceSeconds(3600); // lapsed
      expect(total()).toBe(0);
      await source.sign(MASTER);
      expect(total()).toBeGreaterThan(0);
      source.destroy();
      expect(total()).toBe(0);
    });

    test('relative URLs are resolved against the base of the page', async () => {
      document.head.innerHTML = '<base href="https://cdn.test/vod/7/">';
      const { source, asked } = lab();
      expect((await source.sign('a.m3u8')).url).toBe('a.m3u8?st=t1');
      expect(asked()).toEqual([['https://cdn.test/vod/7/a.m3u8']]);
      document.head.innerHTML = '';
    });

    test('what comes from an iframe is as good: URL, RegExp, list, token source', () => {
      const iframe = document.body.appendChild(document.createElement('iframe'));
      onTestFinished(() => iframe.remove());
      const frame = iframe.contentWindow as unknown as typeof globalThis;
      const url = new frame.URL(ENDPOINT);
      expect(url).not.toBeInstanceOf(URL);
      for (const options of [
        url,
        { endpoint: url },
        { endpoint: ENDPOINT, protect: new frame.Array(new frame.RegExp('cdn')) },
      ]) {
        const source = createTokenSource(options);
        expect(source.protects(MASTER)).toBe(true);
        source.destroy();
      }
      const source = Object.assign(new frame.EventTarget(), { signNow: () => undefined }) as unknown as TokenSource;
      expect(createTokenSource(source)).toBe(source);
    });

    test('preset, prefix and protect options may be relative only where the contract says so', () => {
      expect(() => lab(folder(), { protect: '/vod/' })).not.toThrow();
      expect(() => lab(folder(), { tokens: [{ prefix: '/vod/', expires: seconds() }] })).toThrow(/tokens/);
    });
  });
});
