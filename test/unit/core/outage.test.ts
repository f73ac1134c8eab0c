import { expect, test, vi } from 'vitest';
import type { Answer } from './lab-answers.ts';
import { after, fail, folder, inTurn } from './lab-answers.ts';
import type { Lab } from './lab.ts';
import { asPage, code, fakeTime, lab, tokenOf, watch } from './lab.ts';
import { START, advanceSeconds, hurry } from './lab-time.ts';
import { MASTER, range, segment } from './lab-urls.ts';

fakeTime();

const unplugged: Answer = () => Promise.reject(new TypeError('Failed to fetch'));
const never = (): Promise<never> => new Promise(() => undefined);
const cut: Answer = () => new Response(new ReadableStream({ start: (it) => it.error(new TypeError('cut')) }));
const retryAfter = (value: string, more = {}): Answer => fail(503, { 'retry-after': value, ...more });

test.each([unplugged, fail(429), fail(500), cut])('while tokens live nobody waits; the app hears', async (broken) => {
  const { source, calls, errors } = lab(inTurn(folder(), broken), { random: () => 0.5 });
  await source.sign(MASTER);
  await advanceSeconds(297);
  expect(tokenOf(source.signNow(MASTER))).toBe('t1');
  expect(errors().map((error) => error.code)).toEqual(calls.slice(1).map(() => 'ERR_SIGNING_UNAVAILABLE'));
  expect(calls.length).toBeGreaterThan(3);
  expect(calls.length).toBeLessThan(10);
});

const retry = { limit: 1 };
const eachFour = Array.from({ length: 15 }, (_, n) => 4 * (n + 1));
test.each<[object, Answer, number[]]>([
  [{ retry: { limit: 7 } }, fail(503), [0, 4.3, 8.9, 13.5, 18.1, 22.7, 27.3, 31.9]],
  [{ retry: { limit: 4 }, random: () => 0.5 }, unplugged, [0, 2.2, 6.5, 10.8, 15]],
  [{ retry: { limit: 4 }, random: () => 0 }, cut, [0, 0, 4, 8, 12]],
  [{ retry: { limit: 17 }, random: () => 0 }, fail(503), [0, 0, ...eachFour, 65]],
  [{ retry: { limit: 0 } }, fail(503), [0]],
  [{ retry: { limit: 4, backoffLimit: 3 } }, fail(503), [0, 3, 6, 9, 12]],
  [{}, after(6, fail(503)), [0, 10.3, 20.9, 31.5, 42.1]],
  [{ retry }, never, [0, 14.3]],
  [{ retry, timeout: 2 }, () => new Response(new ReadableStream()), [0, 6.3]],
  [{ retry, timeout: 2, request: never }, folder(), []],
])('a request pauses for up to 4.3 s, then for 4 to 4.6 s, after a minute for 5 to 10 s; with %o', async (...row) => {
  const [options, answer, at] = row;
  const viewer = lab(answer, options);
  const request = watch(viewer.source.sign(MASTER));
  await advanceSeconds(110);
  expect(viewer.at()).toEqual(at);
  expect(request.error?.code).toBe('ERR_SIGNING_UNAVAILABLE');
});

test('after a minute a failure is the first one of another outage', async () => {
  const viewer = lab(fail(503));
  for (const time of [100, 5]) await (watch(viewer.source.sign(MASTER)), advanceSeconds(time));
  expect(viewer.at().slice(-2)).toEqual([100, 104.3]);
});

test('requests share tries, and each has all of them, whenever it came', async () => {
  const viewer = lab(fail(503));
  const seen = [];
  for (const url of range(1, 20)) await advanceSeconds(0.04).then(() => seen.push(watch(viewer.source.sign(url))));
  await advanceSeconds(26);
  const calls = viewer.calls.map(({ at, urls }) => `${Math.round(at)} s: ${urls.length}`);
  expect(calls).toEqual(['0 s: 1', '4 s: 20', '9 s: 20', '14 s: 20', '18 s: 20', '23 s: 19']);
});

test.each<[string, (viewer: Lab, leaving: AbortController) => unknown, RegExp]>([
  [
    'the endpoint is back, and ten seconds more after a long outage',
    (viewer) => {
      viewer.answer = folder();
    },
    /undefined/,
  ],
  [
    'a denial',
    (viewer) => {
      viewer.answer = fail(403);
    },
    /ERR_DENIED/,
  ],
  [
    'an answer without a token for it',
    (viewer) => {
      viewer.answer = () => ({ tokens: [] });
    },
    /ERR_SIGNING_RESPONSE/,
  ],
  ['an abort', (_, leaving) => leaving.abort(new Error('left')), /left/],
  ['destroy()', ({ source }) => source.destroy(), /ERR_DESTROYED/],
])('a patient request waits, whatever `retry.limit` says, until %s', async (_, end, error) => {
  const viewer = lab(fail(503), { retry: { limit: 0 } });
  const leaving = new AbortController();
  const request = watch(viewer.source.sign(MASTER, { patient: true, signal: leaving.signal }));
  await hurry(1000);
  expect(request.state).toBe('pending');
  expect(viewer.calls.length).toBeGreaterThan(95);
  end(viewer, leaving);
  await advanceSeconds(10);
  expect(request.state === 'pending').toBe(false);
  expect(String(request.error)).toEqual(expect.stringMatching(error));
});

test('a request that is not patient gets its error, though a patient one for the same URL was there before', async () => {
  const { source } = lab(fail(503));
  const leaving = new AbortController();
  watch(source.sign(MASTER, { patient: true, signal: leaving.signal }));
  await advanceSeconds(60.5);
  leaving.abort();
  const other = watch(source.sign(MASTER));
  await advanceSeconds(60);
  expect(other.state).toBe('failed');
});

test('a caller that has left is not tried for; calls that fail side by side are one failure', async () => {
  const { source, calls } = lab(fail(503));
  const leaving = new AbortController();
  watch(source.sign(MASTER, leaving));
  await advanceSeconds(0.5);
  leaving.abort();
  await advanceSeconds(600);
  expect(calls).toHaveLength(1);
  const viewer = lab(after(0.5, fail(503)));
  for (const url of range(1, 2)) await advanceSeconds(0.1).then(() => watch(viewer.source.sign(url)));
  await advanceSeconds(5);
  expect(viewer.at().map((at) => Math.round((at - viewer.at()[0]!) * 10))).toEqual([0, 1, 48]);
});

const date = (time: number): string => new Date(time * 1000).toUTCString();
test.each<[string, object, number, number]>([
  ['7', {}, 1, 14],
  ['20', {}, 1, 30],
  [date(2e9 + 9), { date: date(2e9) }, 0, 9],
  [date(START + 9), {}, 0, 9],
])('Retry-After %j %o is waited for, and up to as much, 10 s at most (%d)', async (value, more, random, then) => {
  const viewer = lab(inTurn(retryAfter(value, more), folder()), { random: () => random });
  watch(viewer.source.sign(MASTER));
  await advanceSeconds(40);
  expect(viewer.at()).toEqual([0, then]);
});

test('Retry-After beyond `backoffLimit`: requests fail at once until then, only patient ones wait', async () => {
  const viewer = lab(inTurn(retryAfter('120'), folder()));
  const patient = watch(viewer.source.sign(MASTER, { patient: true }));
  for (let n = 0; n < 130; n++) {
    expect(await code(viewer.source.sign(segment(n)))).toBe('ERR_SIGNING_UNAVAILABLE');
    await advanceSeconds(1);
  }
  expect(tokenOf(patient.value)).toBe('t2');
  expect(viewer.at()).toEqual([0, 130]);
  const { source } = lab(inTurn(retryAfter('120'), folder()));
  expect(await code(source.sign(MASTER))).toBe('ERR_SIGNING_UNAVAILABLE');
  await advanceSeconds(130);
  expect(await code(source.sign(MASTER))).toBeUndefined();
});

test.each(['online', 'renew()'])('%s ends a pause, also one that is longer than any timer', async (what) => {
  const timeout = vi.spyOn(globalThis, 'setTimeout');
  const page = asPage();
  const viewer = lab(inTurn(folder(20), retryAfter('9000000'), folder()));
  await viewer.source.sign(MASTER);
  await advanceSeconds(40);
  const request = watch(viewer.source.sign(MASTER, { patient: true }));
  await advanceSeconds(1);
  expect(Math.max(...timeout.mock.calls.map(([, ms]) => ms ?? 0))).toBeLessThan(2 ** 31);
  await (what === 'online' ? page.dispatchEvent(new Event(what)) : viewer.source.renew());
  await advanceSeconds();
  expect(tokenOf(request.value)).toBe('t3');
});

test('online, though the network cannot be used yet, or a call hangs: all tries are there again', async () => {
  const page = asPage();
  const viewer = lab(inTurn(...[1, 2, 3, 4, 5, 6].map(() => fail(503)), after(5, fail(503)), folder()));
  const request = watch(viewer.source.sign(MASTER));
  for (const time of [9, 16, 13]) await advanceSeconds(time).then(() => page.dispatchEvent(new Event('online')));
  expect(viewer.at()).toEqual([0, 4.3, 8.9, 9, 13.3, 17.9, 22.5, 31.8]);
  expect(tokenOf(request.value)).toBe('t8');
});
