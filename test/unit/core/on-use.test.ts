import { describe, expect, test } from 'vitest';
import {
  FOLDER,
  MASTER,
  after,
  code,
  each,
  ended,
  fakeTime,
  fail,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  segment,
  sleep,
  tokenOf,
  watch,
} from './lab.ts';

fakeTime();

describe('createTokenSource', () => {
  describe('a token on use', () => {
    test('no token at hand: signNow has nothing, sign waits', async () => {
      const { source, calls, reasons } = lab(after(1, folder()));
      expect(source.signNow(MASTER)).toBeUndefined();
      expect(calls).toHaveLength(0);
      const request = watch(source.sign(MASTER));
      await advanceSeconds(0.9);
      expect(request.state).toBe('pending');
      await advanceSeconds(0.2);
      expect(tokenOf(request.value)).toBe('t1');
      expect(reasons()).toEqual(['initial']);
    });

    test('a fresh token: attached without a call or a wait', async () => {
      const { source, calls } = lab();
      await source.sign(MASTER);
      await advanceSeconds(100);
      expect(tokenOf(source.signNow(segment(1)))).toBe('t1');
      expect(tokenOf(await source.sign(segment(2)))).toBe('t1');
      expect(calls).toHaveLength(1);
    });

    test('a token in its window: attached without a wait, and renewed in the background', async () => {
      const { source, reasons } = lab(inTurn(folder(), after(3, folder())));
      await source.sign(MASTER);
      await sleep(250); // no timer has run
      expect(tokenOf(source.signNow(MASTER))).toBe('t1');
      expect(tokenOf(source.signNow(MASTER))).toBe('t1');
      await advanceSeconds();
      expect(reasons()).toEqual(['initial', 'expiring']);
      expect(tokenOf(source.signNow(MASTER))).toBe('t1');
      await advanceSeconds(3);
      expect(tokenOf(source.signNow(MASTER))).toBe('t2');
      expect(reasons()).toHaveLength(2);
    });

    test('a token in its window, for one URL: its playlist is renewed in the background', async () => {
      const { source, reasons } = lab(each());
      await source.sign(MASTER);
      await advanceSeconds(250);
      expect(reasons()).toEqual(['initial']);
      expect(tokenOf(source.signNow(MASTER))).toBe('t1');
      await advanceSeconds();
      expect(reasons()).toEqual(['initial', 'expiring']);
      expect(tokenOf(source.signNow(MASTER))).toBe('t2');
    });

    test.each([
      [300, 2],
      [20, 2],
      [10, 1],
      [5, 0.5],
    ])('with a lifetime of %i s, the last %f s are not trusted: the request waits', async (lifetime, margin) => {
      const { source, reasons } = lab(folder(lifetime));
      await source.sign(MASTER);
      await sleep(lifetime - margin - 0.01);
      expect(tokenOf(source.signNow(MASTER))).toBe('t1');
      const again = lab(folder(lifetime));
      await again.source.sign(MASTER);
      await sleep(lifetime - margin);
      expect(again.source.signNow(MASTER)).toBeUndefined();
      expect(tokenOf(await again.source.sign(MASTER))).toBe('t2');
      expect(again.reasons()).toEqual(['initial', 'expired']);
      expect(reasons()[0]).toBe('initial');
    });

    test('an expired token: sign waits, and the endpoint is told the reason', async () => {
      const { source, reasons } = lab();
      await source.sign(MASTER);
      await sleep(7200);
      expect(source.signNow(MASTER)).toBeUndefined();
      expect(tokenOf(await source.sign(MASTER))).toBe('t2');
      expect(reasons()).toEqual(['initial', 'expired']);
    });

    test('an expired token for one URL: sign waits, and the endpoint is told the reason', async () => {
      const { source, reasons } = lab(each());
      await source.sign(MASTER);
      await sleep(7200);
      expect(tokenOf(await source.sign(MASTER))).toBe('t2');
      expect(reasons()).toEqual(['initial', 'expired']);
    });

    test('a token that is dead on arrival: attached all the same, for the edge judges better than this clock', async () => {
      const { source, calls } = lab(folder(-10));
      expect(tokenOf(await source.sign(MASTER))).toBe('t1');
      expect(source.signNow(MASTER)).toBeUndefined();
      expect(tokenOf(await source.sign(MASTER))).toBe('t2');
      await advanceSeconds(60);
      expect(calls).toHaveLength(2);
    });

    // it has ended when it comes: the next answer drops it, which may be before the request goes on
    test('a token that is dead on arrival, and dropped at that moment: asked for once more, and an abort still counts', async () => {
      const seen = new Set<string>();
      for (let microtasks = 0; microtasks < 40; microtasks++) {
        const send: (() => void)[] = [];
        const { source, calls } = lab(
          (call) =>
            new Promise((resolve) => {
              send.push(() => resolve(each(call.urls[0] === MASTER ? -10 : 300)(call)));
            }),
        );
        const leaving = new AbortController();
        const request = watch(source.sign(MASTER, { signal: leaving.signal }));
        await advanceSeconds();
        watch(source.sign(segment(1)));
        await advanceSeconds();
        send[0]!();
        for (let i = 0; i < microtasks; i++) await Promise.resolve();
        send[1]!();
        await advanceSeconds();
        leaving.abort(new Error('left'));
        await advanceSeconds();
        seen.add(request.error?.message === 'left' ? `left after ${calls.length} calls` : request.state);
      }
      expect(seen).toContain('left after 3 calls');
      expect(seen).not.toContain('pending');
    });

    test('an answer that holds nothing for the URL asked for: ERR_SIGNING_RESPONSE', async () => {
      const { source, calls } = lab(folder(300, 'https://cdn.test/other/'));
      expect(await code(source.sign(MASTER))).toBe('ERR_SIGNING_RESPONSE');
      await advanceSeconds(60);
      expect(calls).toHaveLength(1);
    });

    test('an endpoint that answers a renewal with a token for something else is not asked in a loop', async () => {
      const { source, calls } = lab(inTurn(folder(60), folder(60, 'https://cdn.test/other/')));
      await source.sign(MASTER);
      for (let i = 0; i < 58; i++) {
        await advanceSeconds(1);
        expect(tokenOf(source.signNow(MASTER)) ?? 't1').toBe('t1');
      }
      expect(calls.length).toBeLessThan(12);
    });

    test('an endpoint that keeps answering with the old token is not asked in a loop', async () => {
      const { source, calls } = lab(() => ({
        now: Date.now() / 1000,
        tokens: [{ prefix: FOLDER, query: { st: 'same' }, expires: 1_800_000_060 }],
      }));
      await source.sign(MASTER);
      for (let i = 0; i < 55; i++) {
        await advanceSeconds(1);
        source.signNow(MASTER);
      }
      expect(calls.length).toBeLessThan(12);
      await advanceSeconds(600);
      expect(calls.length).toBeLessThan(12);
    });

    test('a URL denied by the answer that renews its folder is denied', async () => {
      const { source } = lab(inTurn(folder(10), (call) => ({ ...(folder()(call) as object), denied: [segment(1)] })));
      await source.sign(MASTER);
      await sleep(20);
      expect(await code(source.sign(segment(1)))).toBe('ERR_DENIED');
      expect(tokenOf(source.signNow(segment(2)))).toBe('t2');
    });

    test('a caller whose signal has aborted asks for nothing', async () => {
      const { source, calls } = lab();
      await expect(source.sign(MASTER, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
      await advanceSeconds();
      expect(calls).toHaveLength(0);
    });

    test('a failed call leaves nothing behind: the next use asks again', async () => {
      const { source } = lab(inTurn(fail(400), folder()));
      expect(await code(source.sign(MASTER))).toBe('ERR_SIGNING_RESPONSE');
      // but not more than once a second
      const again = source.sign(MASTER);
      await advanceSeconds(1);
      expect(tokenOf(await ended(again))).toBe('t2');
    });
  });
});
