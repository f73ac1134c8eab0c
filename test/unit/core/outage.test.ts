import { describe, expect, test, vi } from 'vitest';
import type { Answer, Lab } from './lab.ts';
import { MASTER, START, advanceSeconds, after, code, each, fail, fakeTime, folder, hurry, inTurn, lab } from './lab.ts';
import { range, segment, tokenOf, watch } from './lab.ts';

fakeTime();

const unplugged: Answer = () => Promise.reject(new TypeError('Failed to fetch'));
const never = (): Promise<never> => new Promise(() => undefined);
const cut: Answer = () => new Response(new ReadableStream({ start: (it) => it.error(new TypeError('cut')) }));
const retryAfter = (value: string, more = {}): Answer => fail(503, { 'retry-after': value, ...more });
/** Makes a page of this realm. @returns a function that lets its network come back */
const asPage = (): (() => unknown) => {
  const page = new EventTarget();
  for (const name of ['addEventListener', 'removeEventListener'] as const) vi.stubGlobal(name, page[name].bind(page));
  return () => page.dispatchEvent(new Event('online'));
};

describe('an endpoint that is away while tokens are alive', () => {
  test.each([unplugged, fail(429), fail(500), cut])(
    'nobody waits, and the app hears of each failure',
    async (broken) => {
      const { source, calls, errors } = lab(inTurn(folder(), broken), { random: () => 0.5 });
      await source.sign(MASTER);
      await advanceSeconds(297);
      expect(tokenOf(source.signNow(MASTER))).toBe('t1');
      expect(errors().map((error) => error.code)).toEqual(calls.slice(1).map(() => 'ERR_SIGNING_UNAVAILABLE'));
      expect([calls.length > 3, calls.length < 10]).toEqual([true, true]);
    },
  );

  test.each([
    [60, 0, 6.5],
    [60, 1, 11.7],
    [300, 1, 27],
  ])('a renewal of %i s is tried again after a part of the rest: random %d', async (life, random, then) => {
    const viewer = lab(inTurn(folder(life), fail(503), folder(life)), { random: () => random });
    await viewer.source.sign(MASTER);
    await hurry(life, 0.1);
    const pause = viewer.calls[2]!.at - viewer.calls[1]!.at;
    expect([pause > then - 0.1, pause < then + 1.2]).toEqual([true, true]);
  });

  test('a request for another folder is not held up by that', async () => {
    const viewer = lab(inTurn(folder(60), fail(503), each()));
    await viewer.source.sign(MASTER);
    await advanceSeconds(47);
    expect(tokenOf(await viewer.source.sign('https://cdn.test/other/1.ts'))).toBe('t3');
  });
});

describe('a request that waits for an endpoint that is away', () => {
  const retry = { limit: 1 };
  test.each<[object, Answer, number[]]>([
    [{ retry: { limit: 7 } }, fail(503), [0, 1, 3, 7, 15, 25, 35, 45]],
    [{ retry: { limit: 7 }, random: () => 0.5 }, unplugged, [0, 0.5, 1.5, 3.5, 7.5, 15, 22.5, 30]],
    [{ retry: { limit: 7 }, random: () => 0 }, cut, [0, 0, 0, 0, 0, 5, 10, 15]],
    [{}, fail(429), [0, 1, 3, 7, 15]],
    [{ retry: { limit: 0 } }, fail(503), [0]],
    [{ retry: { limit: 6, backoffLimit: 3 } }, fail(503), [0, 1, 3, 6, 9, 12, 15]],
    // an outage of ten seconds is no short disturbance
    [{}, after(6, fail(503)), [0, 7, 15, 31, 47]],
    [{ retry }, never, [0, 11]],
    [{ retry, timeout: 2 }, () => new Response(new ReadableStream()), [0, 3]],
    [{ retry, timeout: 2, request: never }, folder(), []],
  ])('pauses for up to 1, 2, 4, 8 s, then for 5 to 10 s, unless options say otherwise: %o', async (how, answer, at) => {
    const viewer = lab(answer, how);
    const request = watch(viewer.source.sign(MASTER));
    await advanceSeconds(80);
    expect([viewer.at(), request.error?.code]).toEqual([at, 'ERR_SIGNING_UNAVAILABLE']);
  });

  test('shares each try with others, and has all tries, whenever it came', async () => {
    const viewer = lab(fail(503));
    const seen = [];
    for (const url of range(1, 20)) {
      seen.push(watch(viewer.source.sign(url)));
      await advanceSeconds(0.04);
    }
    await advanceSeconds(26);
    const calls = viewer.calls.map(({ at, urls }) => `${at} s: ${urls.length}`);
    expect(calls).toEqual(['0 s: 1', '1 s: 20', '3 s: 20', '7 s: 20', '15 s: 20', '25 s: 19']);
    expect(new Set(seen.map(({ error }) => error?.code))).toEqual(new Set(['ERR_SIGNING_UNAVAILABLE']));
  });

  test('is not tried again for a caller that has left', async () => {
    const { source, calls } = lab(fail(503));
    const leaving = new AbortController();
    const request = code(source.sign(MASTER, leaving));
    await advanceSeconds(0.5);
    leaving.abort();
    expect(await request).toMatch(/abort/i);
    await advanceSeconds(600);
    expect(calls).toHaveLength(1);
  });
});

describe('a patient request waits, whatever `retry.limit` says', () => {
  test.each<[string, (viewer: Lab, leaving: AbortController) => unknown, RegExp]>([
    ['until the endpoint is back, and ten seconds', (viewer) => (viewer.answer = folder()), /undefined/],
    ['until a denial', (viewer) => (viewer.answer = fail(403)), /ERR_DENIED/],
    [
      'until an answer without a token for it',
      (viewer) => (viewer.answer = () => ({ tokens: [] })),
      /ERR_SIGNING_RESP/,
    ],
    ['until an abort', (_, leaving) => leaving.abort(new Error('left')), /left/],
    ['until destroy()', ({ source }) => source.destroy(), /ERR_DESTROYED/],
  ])('%s', async (_, end, error) => {
    const viewer = lab(fail(503), { retry: { limit: 0 } });
    const leaving = new AbortController();
    const request = watch(viewer.source.sign(MASTER, { patient: true, signal: leaving.signal }));
    await hurry(1000);
    expect([request.state, viewer.calls.length > 95]).toEqual(['pending', true]);
    end(viewer, leaving);
    await advanceSeconds(10);
    expect(request.state).not.toBe('pending');
    expect(String(request.error)).toMatch(error);
  });
});

describe('Retry-After', () => {
  const date = (time: number): string => new Date(time * 1000).toUTCString();
  test.each<[string, object, number, number]>([
    ['7', {}, 0, 7],
    ['7', {}, 1, 14],
    ['20', {}, 1, 30],
    [date(2e9 + 9), { date: date(2e9) }, 0, 9],
    [date(START + 9), {}, 0, 9],
    ['soon', {}, 1, 1],
  ])('%j %o is waited for; a viewer adds up to as much, 10 s at most: random %d', async (value, more, random, then) => {
    const viewer = lab(inTurn(retryAfter(value, more), folder()), { random: () => random });
    watch(viewer.source.sign(MASTER));
    await advanceSeconds(40);
    expect(viewer.at()).toEqual([0, then]);
  });

  test('beyond `backoffLimit`: requests fail at once until then, only patient ones wait', async () => {
    const viewer = lab(inTurn(retryAfter('120'), folder()));
    const patient = watch(viewer.source.sign(MASTER, { patient: true }));
    for (let n = 0; n < 130; n++) {
      expect(await code(viewer.source.sign(segment(n)))).toBe('ERR_SIGNING_UNAVAILABLE');
      await advanceSeconds(1);
    }
    expect([tokenOf(patient.value), viewer.at()]).toEqual(['t2', [0, 130]]);
  });
});

describe('a pause ends early', () => {
  test.each(['online', 'renew()'])('by %s, also one that is longer than any timer', async (what) => {
    const timeout = vi.spyOn(globalThis, 'setTimeout');
    const online = asPage();
    const viewer = lab(inTurn(folder(20), retryAfter('9000000'), folder()));
    await viewer.source.sign(MASTER);
    await advanceSeconds(40);
    const request = watch(viewer.source.sign(MASTER, { patient: true }));
    await advanceSeconds(1);
    expect(Math.max(...timeout.mock.calls.map(([, ms]) => ms ?? 0))).toBeLessThan(2 ** 31);
    await (what === 'online' ? online() : viewer.source.renew());
    await advanceSeconds();
    expect(tokenOf(request.value)).toBe('t3');
  });

  test('by online, though the network cannot be used yet, or a call hangs: all tries are there again', async () => {
    const online = asPage();
    const viewer = lab(inTurn(...[1, 2, 3, 4, 5, 6].map(() => fail(503)), after(5, fail(503)), folder()));
    const request = watch(viewer.source.sign(MASTER));
    for (const time of [9, 4, 10]) await advanceSeconds(time).then(online);
    expect([tokenOf(request.value), viewer.at()]).toEqual(['t8', [0, 1, 3, 7, 9, 10, 12, 18]]);
  });
});
