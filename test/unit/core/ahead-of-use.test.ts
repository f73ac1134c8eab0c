import { describe, expect, test, vi } from 'vitest';
import {
  FOLDER,
  MASTER,
  START,
  after,
  each,
  elapsed,
  fakeTime,
  fail,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  segment,
  sleep,
  tokenOf,
} from './lab.ts';

fakeTime();

/** Plays for `time` seconds: a segment every two seconds, none of which may have to wait. */
async function play({ source }: ReturnType<typeof lab>, time: number, url = segment): Promise<void> {
  for (let i = 0; i < time / 2; i++) {
    expect(source.signNow(url(i)), `at ${elapsed()} s`).toBeDefined();
    await advanceSeconds(2);
  }
}

describe('createTokenSource', () => {
  describe('a token ahead of use', () => {
    test.each([6, 20, 60, 300])('lifetime %i s: a playing stream never waits', async (lifetime) => {
      const viewer = lab(inTurn(folder(lifetime), after(0.2, folder(lifetime))));
      await viewer.source.sign(MASTER);
      await play(viewer, lifetime * 4);
      expect(
        viewer
          .reasons()
          .slice(1)
          .every((reason) => reason === 'expiring'),
      ).toBe(true);
      expect(viewer.calls.length).toBeLessThanOrEqual(8);
    });

    test('renewal is on time', async () => {
      const viewer = lab();
      await viewer.source.sign(MASTER);
      await play(viewer, 900);
      expect(viewer.calls.map(({ at }) => at)).toEqual([0, 240, 480, 720]);
    });

    test('renewal does not wait for the next request', async () => {
      const { source, calls } = lab();
      await source.sign(MASTER);
      await advanceSeconds(239.9);
      expect(calls).toHaveLength(1);
      await advanceSeconds(0.2);
      expect(calls).toHaveLength(2);
    });

    test('requests that flow during a renewal are not blocked by it', async () => {
      const { source, calls } = lab(inTurn(folder(), after(9, folder())));
      await source.sign(MASTER);
      await advanceSeconds(241);
      expect(calls).toHaveLength(2);
      for (let i = 0; i < 8; i++) {
        expect(tokenOf(source.signNow(segment(i)))).toBe('t1');
        await advanceSeconds(1);
      }
      await advanceSeconds(1);
      expect(tokenOf(source.signNow(MASTER))).toBe('t2');
      expect(calls).toHaveLength(2);
    });

    test('a renewal that is not understood is not asked for again while the token lives', async () => {
      const { source, calls, types } = lab(inTurn(folder(), fail(400), folder()));
      await source.sign(MASTER);
      for (let i = 0; i < 148; i++) {
        expect(tokenOf(source.signNow(segment(i))), `at ${elapsed()} s`).toBe('t1');
        await advanceSeconds(2);
      }
      expect(calls.map(({ at }) => at)).toEqual([0, 240]);
      expect(types()).toEqual(['tokenrenewed', 'tokenerror']);
      await advanceSeconds(10);
      expect(tokenOf(await source.sign(MASTER))).toBe('t3');
    });

    test('a paused player makes no calls: a token that nobody used since it was obtained lapses', async () => {
      const { source, calls } = lab();
      await source.sign(MASTER);
      await advanceSeconds(3 * 3600);
      // the first was used, so it was renewed once; the second was not
      expect(calls).toHaveLength(2);
      expect(vi.getTimerCount()).toBe(0);
    });

    test('a source that nobody uses makes no calls and keeps no timer', async () => {
      const { calls } = lab(folder(), { tokens: [{ prefix: FOLDER, query: { st: 'a' }, expires: START + 100 }] });
      expect(vi.getTimerCount()).toBe(0);
      await advanceSeconds(3600);
      expect(calls).toHaveLength(0);
    });

    test('use resumes after a pause: one call, and renewals go on', async () => {
      const viewer = lab();
      await viewer.source.sign(MASTER);
      await advanceSeconds(3600);
      viewer.calls.length = 0;
      await viewer.source.sign(MASTER);
      expect(viewer.reasons()).toEqual(['expired']);
      await play(viewer, 600);
      expect(viewer.reasons()).toEqual(['expired', 'expiring', 'expiring']);
    });

    test('the renewed token counts as used only when it is', async () => {
      const { source, calls } = lab();
      await source.sign(MASTER);
      await advanceSeconds(241);
      expect(calls).toHaveLength(2);
      source.signNow(MASTER);
      await advanceSeconds(241);
      expect(calls).toHaveLength(3);
      await advanceSeconds(3600);
      expect(calls).toHaveLength(3);
    });

    test('the wall clock is read every 5 s: who slept into the window renews within 5 s of waking', async () => {
      const { source, calls } = lab();
      await source.sign(MASTER);
      await advanceSeconds(7);
      vi.setSystemTime(Date.now() + 240_000);
      await advanceSeconds(5);
      expect(calls).toHaveLength(2);
      expect(tokenOf(source.signNow(MASTER))).toBe('t2');
    });

    test('a machine that slept past expiry makes no call until somebody asks', async () => {
      const { source, calls } = lab();
      await source.sign(MASTER);
      await sleep(7200);
      await advanceSeconds(60);
      expect(calls).toHaveLength(1);
      await Promise.all([source.sign(MASTER), source.sign(segment(1))]);
      expect(calls).toHaveLength(2);
    });

    test('several folders are renewed each in its own time, those due together in one call', async () => {
      const { source, asked } = lab(({ urls }) => ({
        now: Date.now() / 1000,
        tokens: [...new Set(urls.map((url) => url.replace(/[^/]*$/, '')))].map((prefix) => ({
          prefix,
          expires: Date.now() / 1000 + 100,
          query: {},
        })),
      }));
      await Promise.all([source.sign('https://a.test/x/1'), source.sign('https://b.test/x/1')]);
      await advanceSeconds(10);
      await source.sign('https://c.test/x/1');
      await advanceSeconds(100);
      expect(asked()).toEqual([
        ['https://a.test/x/1', 'https://b.test/x/1'],
        ['https://c.test/x/1'],
        ['https://a.test/x/1', 'https://b.test/x/1'],
        ['https://c.test/x/1'],
      ]);
    });

    test('a short token that joins a long one is not missed', async () => {
      const { source, calls } = lab(inTurn(folder(3600), folder(4, 'https://b.test/')));
      await source.sign(MASTER);
      await advanceSeconds(4);
      await source.sign('https://b.test/1');
      await advanceSeconds(3.5);
      expect(calls.map(({ reason }) => reason)).toEqual(['initial', 'initial', 'expiring']);
    });

    test('a token in the page is renewed once it is used', async () => {
      const { source, reasons } = lab(folder(), {
        tokens: [{ prefix: FOLDER, query: { st: 'page' }, expires: START + 100 }],
      });
      expect(tokenOf(source.signNow(MASTER))).toBe('page');
      await advanceSeconds(76);
      expect(reasons()).toEqual(['expiring']);
    });

    test('per-URL tokens are not renewed ahead of use', async () => {
      const { source, calls } = lab(each());
      await source.sign(MASTER);
      await advanceSeconds(3600);
      expect(calls).toHaveLength(1);
      expect(vi.getTimerCount()).toBe(0);
    });

    test('per-URL tokens are not renewed ahead of use beside a folder that is, either', async () => {
      const { source, asked } = lab(inTurn(each(20), folder(20)));
      await source.sign('https://b.test/a.m3u8');
      await source.sign(MASTER);
      await advanceSeconds(60);
      expect(
        asked()
          .flat()
          .filter((url) => url.startsWith('https://b.test')),
      ).toHaveLength(1);
    });

    test('the token died while the endpoint was down: nothing is asked until somebody asks', async () => {
      const { source, calls } = lab(inTurn(folder(20), fail(503)));
      await source.sign(MASTER);
      await advanceSeconds(60);
      const before = calls.length;
      await advanceSeconds(3600);
      expect(calls).toHaveLength(before);
      expect(vi.getTimerCount()).toBe(0);
    });
  });
});
