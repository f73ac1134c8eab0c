import { describe, expect, test, vi } from 'vitest';
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
  advanceSeconds,
  segment,
  sleep,
  tokenOf,
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
      const viewer = lab(fail(503), { random: () => random });
      const request = code(viewer.source.sign(MASTER));
      await advanceSeconds(16);
      await ended(request);
      expect(at(viewer).slice(0, 5)).toEqual(times);
    });

    test('never longer than backoffLimit', async () => {
      const viewer = lab(fail(503), { retry: { limit: 6, backoffLimit: 3 } });
      const request = code(viewer.source.sign(MASTER));
      await advanceSeconds(30);
      await ended(request);
      expect(at(viewer)).toEqual([0, 1, 3, 6, 9, 12, 15]);
    });

    test.each([
      [1, [15, 25, 35, 45]],
      [0.5, [7.5, 15, 22.5, 30]],
      [0, [0, 5, 10, 15]],
    ])('a request that waits, after four quick tries: each 5 to 10 s: random %f', async (random, times) => {
      const viewer = lab(fail(503), { retry: { limit: 7 }, random: () => random });
      const request = code(viewer.source.sign(MASTER));
      await advanceSeconds(50);
      await ended(request);
      expect(at(viewer).slice(4)).toEqual(times);
    });

    test('a request that waits in an outage which has lasted for ten seconds: no quick tries', async () => {
      const viewer = lab(after(6, fail(503)));
      const request = code(viewer.source.sign(MASTER));
      await advanceSeconds(80);
      await ended(request);
      // the second failure comes seven seconds after the first, the third 15
      expect(at(viewer)).toEqual([0, 7, 15, 31, 47]);
    });

    test.each([
      ['a minute after the last pause all tries are there again', 75, 'done'],
      ['less than a minute after the last pause the next failure is one more of the same outage', 55, 'failed'],
      ['at once the next failure is one more of the same outage', 0, 'failed'],
    ])('a request that was given up, and another one: %s', async (_, gap, state) => {
      const viewer = lab(fail(503));
      const given = code(viewer.source.sign(MASTER));
      await advanceSeconds(16);
      expect(await ended(given)).toBe('ERR_SIGNING_UNAVAILABLE');
      await advanceSeconds(gap);
      let failures = 1;
      viewer.answer = (call) => (failures-- > 0 ? fail(503)(call) : folder()(call));
      const next = watch(viewer.source.sign(MASTER));
      await advanceSeconds(30);
      expect(next.state).toBe(state);
    });

    test('calls that hang in an outage are of one outage, however long they hang', async () => {
      const viewer = lab(after(100, fail(503)), { timeout: 200 });
      const request = watch(viewer.source.sign(MASTER));
      await advanceSeconds(600);
      expect([request.state, viewer.calls.length]).toEqual(['failed', 5]);
    });

    test.each([
      [3, 2],
      [8, 4],
    ])(
      'one URL fails after %i s, others succeed each %i s: its request ends after all tries',
      async (after504, every) => {
        const viewer = lab((call) => (call.urls.includes(MASTER) ? after(after504, fail(504))(call) : each(300)(call)));
        const request = watch(viewer.source.sign(MASTER));
        for (let n = 1; n < 60; n++) {
          watch(viewer.source.sign(segment(n)));
          await advanceSeconds(every);
        }
        expect(request.state).toBe('failed');
        expect(viewer.calls.filter(({ urls }) => urls.includes(MASTER))).toHaveLength(5);
      },
    );

    test('an outdated token is used while the endpoint fails, also a minute after its last call', async () => {
      const [one, other] = ['one', 'other'].map((name) => `https://cdn.test/${name}/`) as [string, string];
      const byFolder: Answer = (call) => ({
        now: Date.now() / 1000,
        tokens: [...new Set(call.urls.map((url) => url.replace(/[^/]*$/, '')))].map((prefix) => ({
          prefix,
          query: { st: `t${call.index}` },
          expires: Date.now() / 1000 + 3600,
        })),
      });
      const viewer = lab(byFolder);
      const { source } = viewer;
      const refused = await source.sign(`${one}1.ts`);
      await source.sign(`${other}1.ts`);
      await advanceSeconds(100);
      viewer.answer = (call) =>
        call.urls.every((url) => url.startsWith(one)) ? byFolder(call) : fail(429, { 'retry-after': '120' })(call);
      await source.refused(refused, 403);
      await advanceSeconds(70);
      watch(source.sign(`${other}2.ts`));
      await advanceSeconds(1);
      const outdated = tokenOf(source.signNow(`${other}3.ts`));
      expect(outdated).toBeDefined();
      watch(source.sign('https://cdn.test/third/1.ts'));
      await advanceSeconds(1);
      expect(tokenOf(source.signNow(`${other}3.ts`))).toBe(outdated);
    });

    test('calls that fail side by side are one failure', async () => {
      const viewer = lab(fail(503));
      const one = code(viewer.source.sign(segment(1)));
      await advanceSeconds();
      const two = code(viewer.source.sign(segment(2)));
      // the second waits for the end of the pause that the first has begun
      await advanceSeconds(16);
      expect(await ended(Promise.all([one, two]))).toEqual(['ERR_SIGNING_UNAVAILABLE', 'ERR_SIGNING_UNAVAILABLE']);
      const slow = lab(after(0.5, fail(503)));
      watch(slow.source.sign(segment(1)));
      await advanceSeconds(0.1);
      watch(slow.source.sign(segment(2)));
      await advanceSeconds(2);
      expect(at(slow)).toEqual([16, 16.1, 17.5, 17.5]);
    });

    test('however many wait, in however many tasks: one call at a try', async () => {
      const viewer = lab(fail(503));
      const requests = [];
      for (let n = 0; n < 20; n++) {
        requests.push(code(viewer.source.sign(segment(n))));
        await advanceSeconds(0.04);
      }
      await advanceSeconds(15);
      expect(viewer.calls.map(({ urls, at: time }) => [time, urls.length])).toEqual([
        [0, 1],
        [1, 20],
        [3, 20],
        [7, 20],
        [15, 20],
      ]);
      expect(new Set(await ended(Promise.all(requests)))).toEqual(new Set(['ERR_SIGNING_UNAVAILABLE']));
    });

    test('at most 100 URLs a call also then', async () => {
      const viewer = lab(inTurn(fail(503), each()));
      const requests = [];
      for (let n = 0; n < 150; n++) {
        requests.push(viewer.source.sign(segment(n)));
        await advanceSeconds();
      }
      await advanceSeconds(1);
      await ended(Promise.all(requests));
      expect(viewer.calls.map(({ urls }) => urls.length)).toEqual([1, 100, 50]);
    });

    test('an endpoint that always asks for patience is not waited for without end', async () => {
      const viewer = lab(fail(429, { 'retry-after': '3' }), { random: () => 0 });
      const request = code(viewer.source.sign(MASTER));
      await advanceSeconds(12);
      expect(await ended(request)).toBe('ERR_SIGNING_UNAVAILABLE');
      expect(at(viewer)).toEqual([0, 3, 6, 9, 12]);
    });

    test('a pause longer than setTimeout can do', async () => {
      const timeout = vi.spyOn(globalThis, 'setTimeout');
      const viewer = lab(fail(503, { 'retry-after': '9000000' }));
      expect(await code(viewer.source.sign(MASTER))).toBe('ERR_SIGNING_UNAVAILABLE');
      await advanceSeconds(60);
      expect(await code(viewer.source.sign(MASTER))).toBe('ERR_SIGNING_UNAVAILABLE');
      expect(viewer.calls).toHaveLength(1);
      for (const [, ms] of timeout.mock.calls) expect(ms).toBeLessThanOrEqual(2 ** 31 - 1);
    });

    test('retry.limit 0: one call', async () => {
      const viewer = lab(fail(503), { retry: { limit: 0 } });
      expect(await code(viewer.source.sign(MASTER))).toBe('ERR_SIGNING_UNAVAILABLE');
      expect(viewer.calls).toHaveLength(1);
    });

    test.each([
      ['seconds', { 'retry-after': '7' }, 7],
      [
        'a date, by the endpoint’s own clock',
        { 'retry-after': new Date(2_000_000_009_000).toUTCString(), date: new Date(2_000_000_000_000).toUTCString() },
        9,
      ],
      ['nonsense', { 'retry-after': 'soon' }, 0],
      ['nothing', { 'retry-after': '' }, 0],
      ['a date that has passed', { 'retry-after': new Date(0).toUTCString() }, undefined],
    ])('Retry-After wins: %s', async (_, headers, wait) => {
      const viewer = lab(inTurn(fail(429, headers), folder()), { random: () => 0 });
      const request = viewer.source.sign(MASTER);
      await advanceSeconds(wait ?? 1);
      await ended(request);
      if (wait !== undefined) expect(at(viewer)).toEqual([0, wait]);
    });

    test.each([
      [7, 0.5, 10.5],
      [7, 1, 14],
      [20, 1, 30],
      [0.5, 1, 1],
    ])(
      'Retry-After of %f s names one moment to all: a viewer adds up to as much, at most 10 s: random %f',
      async (asked, random, then) => {
        const viewer = lab(inTurn(fail(429, { 'retry-after': `${asked}` }), folder()), { random: () => random });
        const request = viewer.source.sign(MASTER);
        await advanceSeconds(then);
        await ended(request);
        expect(at(viewer)).toEqual([0, then]);
      },
    );

    test('a Retry-After date without a Date header is compared with the local clock', async () => {
      const down = fail(503, { 'retry-after': new Date(Date.now() + 9000).toUTCString() });
      const viewer = lab(inTurn(down, folder()), { random: () => 0 });
      const request = viewer.source.sign(MASTER);
      await advanceSeconds(10);
      await ended(request);
      expect(at(viewer)).toEqual([0, 9]);
    });

    test('Retry-After beyond backoffLimit: requests fail at once until then, and wait for the rest', async () => {
      const viewer = lab(inTurn(fail(503, { 'retry-after': '120' }), folder()));
      expect(await code(viewer.source.sign(MASTER))).toBe('ERR_SIGNING_UNAVAILABLE');
      for (let i = 0; i < 119; i++) {
        expect(await code(viewer.source.sign(segment(i)))).toBe('ERR_SIGNING_UNAVAILABLE');
        await advanceSeconds(1);
      }
      expect(viewer.calls).toHaveLength(1);
      await advanceSeconds(1.1);
      const request = viewer.source.sign(MASTER);
      await advanceSeconds(10);
      expect(tokenOf(await ended(request))).toBe('t2');
      expect(at(viewer)).toEqual([0, 130]);
    });

    test('a long Retry-After may name the same moment to all: each viewer comes back at another', async () => {
      const isBack = async (random: number): Promise<boolean> => {
        const viewer = lab(inTurn(fail(503, { 'retry-after': '120' }), folder()), { random: () => random });
        await code(viewer.source.sign(MASTER));
        await advanceSeconds(125);
        const request = watch(viewer.source.sign(MASTER));
        await advanceSeconds();
        return request.state === 'done';
      };
      expect([await isBack(0.4), await isBack(0.6)]).toEqual([true, false]);
    });

    test('a long Retry-After of one call takes nothing from another that succeeds', async () => {
      const { source } = lab(inTurn(after(2, each()), fail(503, { 'retry-after': '120' })));
      const first = watch(source.sign(segment(1)));
      await advanceSeconds(0.5);
      const second = watch(source.sign(segment(2)));
      await advanceSeconds(3);
      expect([first.state, second.state]).toEqual(['done', 'failed']);
    });

    test('the endpoint is not hammered by a player that retries for a minute', async () => {
      const viewer = lab(fail(503), { random: () => 0.5 });
      for (let i = 0; i < 60; i++) {
        watch(viewer.source.sign(MASTER));
        await advanceSeconds(1);
      }
      expect(viewer.calls.length).toBeLessThan(40);
    });

    test('down for 40 s of a 60 s window: the stream never waits', async () => {
      const viewer = lab(folder(), { random: () => 0.5 });
      await viewer.source.sign(MASTER);
      await advanceSeconds(239);
      viewer.answer = unplugged;
      for (let i = 0; i < 90; i++) {
        expect(viewer.source.signNow(segment(i)), `at ${viewer.calls.at(-1)!.at} s`).toBeDefined();
        if (i === 40) viewer.answer = folder();
        await advanceSeconds(1);
      }
      expect(viewer.calls.length).toBeLessThan(20);
    });

    test('the token dies while the endpoint is down: requests wait, fail, and resume by themselves', async () => {
      const viewer = lab(inTurn(folder(20), unplugged), { random: () => 0.5 });
      await viewer.source.sign(MASTER);
      await advanceSeconds(19);
      const codes: unknown[] = [];
      for (let i = 0; i < 5; i++) {
        const request = code(viewer.source.sign(MASTER));
        await advanceSeconds(120);
        codes.push(await ended(request));
      }
      expect(codes).toEqual(codes.map(() => 'ERR_SIGNING_UNAVAILABLE'));
      viewer.answer = folder();
      const request = watch(viewer.source.sign(MASTER));
      await advanceSeconds(30);
      expect(request.state).toBe('done');
    });

    test('after a success, the next failure starts from the beginning', async () => {
      const viewer = lab(inTurn(fail(503), fail(503), each(10), fail(503), each(10)));
      watch(viewer.source.sign(MASTER));
      await advanceSeconds(3);
      await sleep(20);
      watch(viewer.source.sign(MASTER));
      await advanceSeconds(5);
      expect(at(viewer)).toEqual([0, 1, 3, 23, 24]);
    });

    test('renew() does not wait for the next try', async () => {
      const viewer = lab(inTurn(folder(), fail(503, { 'retry-after': '25' }), folder()));
      await viewer.source.sign(MASTER);
      await advanceSeconds(241);
      await viewer.source.renew();
      expect(tokenOf(viewer.source.signNow(MASTER))).toBe('t3');
    });
  });
});
