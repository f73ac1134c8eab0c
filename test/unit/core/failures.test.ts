import { describe, expect, test } from 'vitest';
import type { Answer } from './lab.ts';
import { MASTER, after, code, ended, fakeTime, fail, folder, inTurn, lab, pass, segment, st, watch } from './lab.ts';

fakeTime();

const unplugged: Answer = () => Promise.reject(new TypeError('Failed to fetch'));
const silent: Answer = () => new Promise(() => undefined);
const cut: Answer = () => {
  const body = new ReadableStream({ start: (controller) => controller.error(new TypeError('cut')) });
  return new Response(body);
};
const at = ({ calls }: ReturnType<typeof lab>): number[] => calls.map((call) => Math.round(call.at * 100) / 100);

describe('createTokenSource', () => {
  describe.each<[string, Answer, number | undefined]>([
    ['the network', unplugged, undefined],
    ['429', fail(429), 429],
    ['500', fail(500), 500],
    ['503', fail(503), 503],
    ['an answer cut short', cut, undefined],
  ])('the signing endpoint fails: %s', (_, broken, status) => {
    test('tried again four times with back-off, then waiting requests fail', async () => {
      const it = lab(broken);
      const request = watch(it.source.sign(MASTER));
      await pass(14.9);
      expect(request.state).toBe('pending');
      await pass(0.2);
      expect(request).toMatchObject({ state: 'failed', error: { code: 'ERR_SIGNING_UNAVAILABLE' } });
      expect(request.error!.status).toBe(status);
      expect(at(it)).toEqual([0, 1, 3, 7, 15]);
      expect(it.types()).toEqual(Array.from({ length: 5 }, () => 'tokenerror'));
      expect(it.events[0]!.detail.error).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
    });

    test('recovery while requests wait', async () => {
      const it = lab(inTurn(broken, broken, folder()));
      const request = watch(it.source.sign(MASTER));
      await pass(3.1);
      expect(st(request.value)).toBe('t3');
      expect(it.types()).toEqual(['tokenerror', 'tokenerror', 'tokenrenewed']);
    });

    test('the old token keeps being used', async () => {
      const it = lab(inTurn(folder(), broken));
      await it.source.sign(MASTER);
      await pass(240);
      for (let i = 0; i < 29; i++) {
        expect(st(it.source.peek(segment(i)))).toBe('t1');
        await pass(2);
      }
      expect(it.calls.length).toBeGreaterThan(4);
    });
  });

  describe('the signing endpoint does not answer', () => {
    test('in 10 s', async () => {
      const it = lab(silent);
      const request = watch(it.source.sign(MASTER));
      await pass(9.9);
      expect(it.calls[0]!.init.signal.aborted).toBe(false);
      await pass(0.2);
      expect(it.calls[0]!.init.signal.aborted).toBe(true);
      await pass(60);
      expect(request).toMatchObject({ state: 'failed', error: { code: 'ERR_SIGNING_UNAVAILABLE' } });
      expect(at(it)).toEqual([0, 11, 23, 37, 55]);
    });

    test('in the time the team allows', async () => {
      const it = lab(silent, { timeout: 2, retry: { limit: 1 } });
      const request = code(it.source.sign(MASTER));
      await pass(6);
      expect(await ended(request)).toBe('ERR_SIGNING_UNAVAILABLE');
      expect(at(it)).toEqual([0, 3]);
    });

    test('a body that never ends is an answer that never comes', async () => {
      const it = lab(() => new Response(new ReadableStream()), { retry: { limit: 0 } });
      const request = code(it.source.sign(MASTER));
      await pass(10.1);
      expect(await ended(request)).toBe('ERR_SIGNING_UNAVAILABLE');
    });

    test('the request that the team prepares counts', async () => {
      const it = lab(folder(), { retry: { limit: 0 }, request: () => new Promise(() => undefined) });
      const request = code(it.source.sign(MASTER));
      await pass(10.1);
      expect(await ended(request)).toBe('ERR_SIGNING_UNAVAILABLE');
    });

    test('a late answer is not taken for anything else', async () => {
      const it = lab(inTurn(after(12, folder()), folder()));
      const request = watch(it.source.sign(MASTER));
      await pass(11.1);
      expect(st(request.value)).toBe('t2');
      await pass(5);
      expect(st(it.source.peek(MASTER))).toBe('t2');
    });
  });
});
