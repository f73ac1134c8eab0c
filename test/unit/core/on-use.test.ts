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
  pass,
  segment,
  sleep,
  st,
  watch,
} from './lab.ts';

fakeTime();

describe('createTokenSource', () => {
  describe('a token on use', () => {
    test('nothing at hand: peek has nothing, sign waits', async () => {
      const { source, calls, reasons } = lab(after(1, folder()));
      expect(source.peek(MASTER)).toBeUndefined();
      expect(calls).toHaveLength(0);
      const request = watch(source.sign(MASTER));
      await pass(0.9);
      expect(request.state).toBe('pending');
      await pass(0.2);
      expect(st(request.value)).toBe('t1');
      expect(reasons()).toEqual(['initial']);
    });

    test('fresh: attached without a call or a wait', async () => {
      const { source, calls } = lab();
      await source.sign(MASTER);
      await pass(100);
      expect(st(source.peek(segment(1)))).toBe('t1');
      expect(st(await source.sign(segment(2)))).toBe('t1');
      expect(calls).toHaveLength(1);
    });

    test('in its window: attached without a wait, and renewed in the background', async () => {
      const { source, reasons } = lab(inTurn(folder(), after(3, folder())));
      await source.sign(MASTER);
      await sleep(250); // no timer has run
      expect(st(source.peek(MASTER))).toBe('t1');
      expect(st(source.peek(MASTER))).toBe('t1');
      await pass();
      expect(reasons()).toEqual(['initial', 'expiring']);
      expect(st(source.peek(MASTER))).toBe('t1');
      await pass(3);
      expect(st(source.peek(MASTER))).toBe('t2');
      expect(reasons()).toHaveLength(2);
    });

    test('in its window, per URL: a playlist is renewed in the background', async () => {
      const { source, reasons } = lab(each());
      await source.sign(MASTER);
      await pass(250);
      expect(reasons()).toEqual(['initial']);
      expect(st(source.peek(MASTER))).toBe('t1');
      await pass();
      expect(reasons()).toEqual(['initial', 'expiring']);
      expect(st(source.peek(MASTER))).toBe('t2');
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
      expect(st(source.peek(MASTER))).toBe('t1');
      const again = lab(folder(lifetime));
      await again.source.sign(MASTER);
      await sleep(lifetime - margin);
      expect(again.source.peek(MASTER)).toBeUndefined();
      expect(st(await again.source.sign(MASTER))).toBe('t2');
      expect(again.reasons()).toEqual(['initial', 'expired']);
      expect(reasons()[0]).toBe('initial');
    });

    test('expired: sign waits, and the reason is told', async () => {
      const { source, reasons } = lab();
      await source.sign(MASTER);
      await sleep(7200);
      expect(source.peek(MASTER)).toBeUndefined();
      expect(st(await source.sign(MASTER))).toBe('t2');
      expect(reasons()).toEqual(['initial', 'expired']);
    });

    test('expired, per URL', async () => {
      const { source, reasons } = lab(each());
      await source.sign(MASTER);
      await sleep(7200);
      expect(st(await source.sign(MASTER))).toBe('t2');
      expect(reasons()).toEqual(['initial', 'expired']);
    });

    test('dead on arrival: attached all the same, for the edge judges better than this clock', async () => {
      const { source, calls } = lab(folder(-10));
      expect(st(await source.sign(MASTER))).toBe('t1');
      expect(source.peek(MASTER)).toBeUndefined();
      expect(st(await source.sign(MASTER))).toBe('t2');
      await pass(60);
      expect(calls).toHaveLength(2);
    });

    // it has ended when it comes: the next answer drops it, which may be before the request goes on
    test('dead on arrival, and dropped at that moment: asked for once more, and an abort still counts', async () => {
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
        await pass();
        watch(source.sign(segment(1)));
        await pass();
        send[0]!();
        for (let i = 0; i < microtasks; i++) await Promise.resolve();
        send[1]!();
        await pass();
        leaving.abort(new Error('left'));
        await pass();
        seen.add(request.error?.message === 'left' ? `left after ${calls.length} calls` : request.state);
      }
      expect(seen).toContain('left after 3 calls');
      expect(seen).not.toContain('pending');
    });

    test('the answer holds nothing for this URL', async () => {
      const { source, calls } = lab(folder(300, 'https://cdn.test/other/'));
      expect(await code(source.sign(MASTER))).toBe('ERR_SIGNING_RESPONSE');
      await pass(60);
      expect(calls).toHaveLength(1);
    });

    test('an endpoint that answers a renewal with a token for something else is not asked in a loop', async () => {
      const { source, calls } = lab(inTurn(folder(60), folder(60, 'https://cdn.test/other/')));
      await source.sign(MASTER);
      for (let i = 0; i < 58; i++) {
        await pass(1);
        expect(st(source.peek(MASTER)) ?? 't1').toBe('t1');
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
        await pass(1);
        source.peek(MASTER);
      }
      expect(calls.length).toBeLessThan(12);
      await pass(600);
      expect(calls.length).toBeLessThan(12);
    });

    test('a URL denied by the answer that renews its folder is denied', async () => {
      const { source } = lab(inTurn(folder(10), (call) => ({ ...(folder()(call) as object), denied: [segment(1)] })));
      await source.sign(MASTER);
      await sleep(20);
      expect(await code(source.sign(segment(1)))).toBe('ERR_DENIED');
      expect(st(source.peek(segment(2)))).toBe('t2');
    });

    test('a caller whose signal has aborted asks for nothing', async () => {
      const { source, calls } = lab();
      await expect(source.sign(MASTER, { signal: AbortSignal.abort(new Error('gone')) })).rejects.toThrow('gone');
      await pass();
      expect(calls).toHaveLength(0);
    });

    test('a failed call leaves nothing behind: the next use asks again', async () => {
      const { source } = lab(inTurn(fail(400), folder()));
      expect(await code(source.sign(MASTER))).toBe('ERR_SIGNING_RESPONSE');
      // but not more than once a second
      const again = source.sign(MASTER);
      await pass(1);
      expect(st(await ended(again))).toBe('t2');
    });
  });
});
