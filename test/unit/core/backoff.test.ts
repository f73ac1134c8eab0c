import { describe, expect, test } from 'vitest';
import type { Answer } from './lab.ts';
import {
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

const unplugged: Answer = () => Promise.reject(new TypeError('Failed to fetch'));
const at = ({ calls }: ReturnType<typeof lab>): number[] => calls.map((call) => Math.round(call.at * 100) / 100);

describe('createTokenSource', () => {
  describe('back-off', () => {
    test.each([
      [1, [0, 1, 3, 7, 15]],
      [0.5, [0, 0.5, 1.5, 3.5, 7.5]],
      [0, [0, 0, 0, 0, 0]],
    ])('full jitter: random %f', async (random, times) => {
      const it = lab(fail(503), { random: () => random });
      const request = code(it.source.sign(MASTER));
      await pass(16);
      await ended(request);
      expect(at(it).slice(0, 5)).toEqual(times);
    });

    test('never longer than backoffLimit', async () => {
      const it = lab(fail(503), { retry: { limit: 6, backoffLimit: 3 } });
      const request = code(it.source.sign(MASTER));
      await pass(30);
      await ended(request);
      expect(at(it)).toEqual([0, 1, 3, 6, 9, 12, 15]);
    });

    test('30 s unless told otherwise', async () => {
      const it = lab(fail(503), { retry: { limit: 7 } });
      const request = code(it.source.sign(MASTER));
      await pass(130);
      await ended(request);
      expect(at(it)).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
    });

    test('calls that fail side by side are one failure', async () => {
      const it = lab(fail(503));
      const one = code(it.source.sign(segment(1)));
      await pass();
      const two = code(it.source.sign(segment(2)));
      // the second waits for the end of the pause that the first has begun
      await pass(16);
      expect(await ended(Promise.all([one, two]))).toEqual(['ERR_SIGNING_UNAVAILABLE', 'ERR_SIGNING_UNAVAILABLE']);
      const slow = lab(after(0.5, fail(503)));
      watch(slow.source.sign(segment(1)));
      await pass(0.1);
      watch(slow.source.sign(segment(2)));
      await pass(2);
      expect(at(slow)).toEqual([16, 16.1, 17.5, 17.5]);
    });

    test('however many wait, in however many tasks: one call at a try', async () => {
      const it = lab(fail(503));
      const requests = [];
      for (let n = 0; n < 20; n++) {
        requests.push(code(it.source.sign(segment(n))));
        await pass(0.04);
      }
      await pass(15);
      expect(it.calls.map(({ urls, at: time }) => [time, urls.length])).toEqual([
        [0, 1],
        [1, 20],
        [3, 20],
        [7, 20],
        [15, 20],
      ]);
      expect(new Set(await ended(Promise.all(requests)))).toEqual(new Set(['ERR_SIGNING_UNAVAILABLE']));
    });

    test('at most 100 URLs a call also then', async () => {
      const it = lab(inTurn(fail(503), each()));
      const requests = [];
      for (let n = 0; n < 150; n++) {
        requests.push(it.source.sign(segment(n)));
        await pass();
      }
      await pass(1);
      await ended(Promise.all(requests));
      expect(it.calls.map(({ urls }) => urls.length)).toEqual([1, 100, 50]);
    });

    test('an endpoint that always asks for patience is not waited for without end', async () => {
      const it = lab(fail(429, { 'retry-after': '3' }));
      const request = code(it.source.sign(MASTER));
      await pass(12);
      expect(await ended(request)).toBe('ERR_SIGNING_UNAVAILABLE');
      expect(at(it)).toEqual([0, 3, 6, 9, 12]);
    });

    test('a pause longer than setTimeout can do', async () => {
      const it = lab(fail(503, { 'retry-after': '9000000' }));
      expect(await code(it.source.sign(MASTER))).toBe('ERR_SIGNING_UNAVAILABLE');
      await pass(60);
      expect(await code(it.source.sign(MASTER))).toBe('ERR_SIGNING_UNAVAILABLE');
      expect(it.calls).toHaveLength(1);
    });

    test('retry.limit 0: one call', async () => {
      const it = lab(fail(503), { retry: { limit: 0 } });
      expect(await code(it.source.sign(MASTER))).toBe('ERR_SIGNING_UNAVAILABLE');
      expect(it.calls).toHaveLength(1);
    });

    test.each([
      ['seconds', { 'retry-after': '7' }, 7],
      [
        'a date, by the endpoint’s own clock',
        { 'retry-after': new Date(2_000_000_009_000).toUTCString(), date: new Date(2_000_000_000_000).toUTCString() },
        9,
      ],
      ['nonsense', { 'retry-after': 'soon' }, 1],
      ['nothing', { 'retry-after': '' }, 1],
      ['a date that has passed', { 'retry-after': new Date(0).toUTCString() }, undefined],
    ])('Retry-After wins: %s', async (_, headers, wait) => {
      const it = lab(inTurn(fail(429, headers), folder()));
      const request = it.source.sign(MASTER);
      await pass(wait ?? 1);
      await ended(request);
      if (wait) expect(at(it)).toEqual([0, wait]);
    });

    test('a Retry-After date without a Date header is compared with the local clock', async () => {
      const it = lab(inTurn(fail(503, { 'retry-after': new Date(Date.now() + 9000).toUTCString() }), folder()));
      const request = it.source.sign(MASTER);
      await pass(10);
      await ended(request);
      expect(at(it)).toEqual([0, 9]);
    });

    test('Retry-After beyond backoffLimit: requests wait less, the endpoint is left alone that long', async () => {
      const it = lab(inTurn(fail(503, { 'retry-after': '120' }), folder()));
      expect(await code(it.source.sign(MASTER))).toBe('ERR_SIGNING_UNAVAILABLE');
      for (let i = 0; i < 119; i++) {
        expect(await code(it.source.sign(segment(i)))).toBe('ERR_SIGNING_UNAVAILABLE');
        await pass(1);
      }
      expect(it.calls).toHaveLength(1);
      // and up to the limit longer
      await pass(31);
      const request = it.source.sign(MASTER);
      expect(st(await ended(request))).toBe('t2');
      expect(it.calls[1]!.at).toBeGreaterThanOrEqual(120);
    });

    test('a long Retry-After may name the same moment to all: each viewer comes back at another', async () => {
      const comesBack = async (random: number): Promise<boolean> => {
        const it = lab(inTurn(fail(503, { 'retry-after': '120' }), folder()), { random: () => random });
        await code(it.source.sign(MASTER));
        await pass(135);
        return it.source.sign(MASTER).then(
          () => true,
          () => false,
        );
      };
      expect([await comesBack(0.4), await comesBack(0.6)]).toEqual([true, false]);
    });

    test('a long Retry-After of one call takes nothing from another that succeeds', async () => {
      const { source } = lab(inTurn(after(2, each()), fail(503, { 'retry-after': '120' })));
      const first = watch(source.sign(segment(1)));
      await pass(0.5);
      const second = watch(source.sign(segment(2)));
      await pass(3);
      expect([first.state, second.state]).toEqual(['done', 'failed']);
    });

    test('the endpoint is not hammered by a player that retries for a minute', async () => {
      const it = lab(fail(503), { random: () => 0.5 });
      for (let i = 0; i < 60; i++) {
        watch(it.source.sign(MASTER));
        await pass(1);
      }
      expect(it.calls.length).toBeLessThan(40);
    });

    test('down for 40 s of a 60 s window: the stream never waits', async () => {
      const it = lab(folder(), { random: () => 0.5 });
      await it.source.sign(MASTER);
      await pass(239);
      it.answer = unplugged;
      for (let i = 0; i < 90; i++) {
        expect(it.source.peek(segment(i)), `at ${it.calls.at(-1)!.at} s`).toBeDefined();
        if (i === 40) it.answer = folder();
        await pass(1);
      }
      expect(it.calls.length).toBeLessThan(20);
    });

    test('the token dies while the endpoint is down: requests wait, fail, and resume by themselves', async () => {
      const it = lab(inTurn(folder(20), unplugged), { random: () => 0.5 });
      await it.source.sign(MASTER);
      await pass(19);
      const codes: unknown[] = [];
      for (let i = 0; i < 5; i++) {
        const request = code(it.source.sign(MASTER));
        await pass(120);
        codes.push(await ended(request));
      }
      expect(codes).toEqual(codes.map(() => 'ERR_SIGNING_UNAVAILABLE'));
      it.answer = folder();
      const request = watch(it.source.sign(MASTER));
      await pass(30);
      expect(request.state).toBe('done');
    });

    test('after a success, the next failure starts from the beginning', async () => {
      const it = lab(inTurn(fail(503), fail(503), each(10), fail(503), each(10)));
      watch(it.source.sign(MASTER));
      await pass(3);
      await sleep(20);
      watch(it.source.sign(MASTER));
      await pass(5);
      expect(at(it)).toEqual([0, 1, 3, 23, 24]);
    });

    test('renew() does not wait for the next try', async () => {
      const it = lab(inTurn(folder(), fail(503, { 'retry-after': '25' }), folder()));
      await it.source.sign(MASTER);
      await pass(241);
      await it.source.renew();
      expect(st(it.source.peek(MASTER))).toBe('t3');
    });
  });
});
