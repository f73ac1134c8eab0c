import { getEventListeners } from 'node:events';
import { expect, test, vi } from 'vitest';
import { hls } from 'secure-token-core/playlists';
import type { Answer } from './lab-answers.ts';
import { after, each, eachBut, fail, folder, inTurn } from './lab-answers.ts';
import { asPage, code, codes, fakeTime, holding, lab, playing, tokenOf, watch } from './lab.ts';
import { START, advanceSeconds, sleep } from './lab-time.ts';
import { FOLDER, MASTER, playlist, range, segment } from './lab-urls.ts';

fakeTime();

test('a call is for what is asked for in one task, a hundred URLs at most', async () => {
  const { source, asked } = lab(each());
  const urls = range(1, 250);
  const requests = await Promise.all([...urls, `${urls[0]!}#f`].map((url) => source.sign(url)));
  expect(requests.map(({ url }) => url.replace(/\?st=t./, ''))).toEqual([...urls, `${urls[0]!}#f`]);
  expect(asked().flat()).toEqual(urls);
  expect(asked().map(({ length }) => length)).toEqual([100, 100, 50]);
});

test('what is asked for in two steps, such as before and after a look into a cache, is two calls', async () => {
  const { source, asked } = lab(each());
  const look = async (url: string, n: number): Promise<unknown> => {
    if (n % 2) await Promise.resolve();
    return source.sign(url);
  };
  await Promise.all(range(1, 100).map(look));
  expect(asked().map(({ length }) => length)).toEqual([50, 50]);
});

test('requests that wait go before what is read ahead: an endpoint may take few URLs', async () => {
  const viewer = lab((call) => (call.urls.length > 13 ? fail(413) : each())(call), { readAhead: 60 });
  const both = [playlist(1, 90), playlist(1, 90).replaceAll('.ts', '.m4a')];
  for (const text of both) viewer.source.learn(`${FOLDER}${both.indexOf(text)}.m3u8`, hls(text));
  const urls = [segment(20), `${FOLDER}20.m4a`];
  expect(await codes(viewer, ...urls)).toEqual([undefined, undefined]);
});

test('a call has the reason of its first URL, or `refused`: then the answer has to be another token', async () => {
  const { source, asked, reasons } = lab(each(100), { readAhead: 0 });
  await source.sign(segment(1));
  await sleep(98.5);
  const [request] = await Promise.all([source.sign(segment(1)), source.sign(segment(2))]);
  await Promise.all([source.sign(segment(3)), source.renew(), source.refused(request, 403)]);
  expect(reasons()).toEqual(['initial', 'expired', 'refused']);
  expect(asked().slice(1)).toEqual([range(1, 2), [segment(3), segment(1), segment(2)]]);
});

test.each([folder(), each(), each(300, { anyQuery: true })])('a call is joined by later requests', async (answer) => {
  const viewer = lab(answer);
  await viewer.source.sign(MASTER);
  await sleep(3600);
  viewer.answer = after(1, answer);
  const first = watch(viewer.source.sign(MASTER));
  await advanceSeconds(0.5);
  const second = watch(viewer.source.sign(MASTER));
  await advanceSeconds(0.5);
  expect(tokenOf(first.value)).toBe('t2');
  expect(tokenOf(second.value)).toBe('t2');
  expect(viewer.calls).toHaveLength(2);
});

test('a call goes on for the others when a caller leaves; who has left already asks for nothing', async () => {
  const { source, calls } = lab(after(1, each()));
  const leaving = new AbortController();
  const [left, stays] = [source.sign(MASTER, leaving), watch(source.sign(MASTER))];
  await advanceSeconds(0.5);
  leaving.abort(new Error('left'));
  await expect(left).rejects.toThrow('left');
  await advanceSeconds(1);
  expect(tokenOf(stays.value)).toBe('t1');
  expect(calls[0]!.init.signal.aborted).toBe(false);
  await expect(source.sign(segment(1), leaving)).rejects.toThrow('left');
  expect(calls).toHaveLength(1);
});

test('an answer without a token for a URL fails that request alone, with `tokenerror`; the next asks again', async () => {
  const viewer = lab(inTurn(eachBut(segment(2)), each()));
  expect(await codes(viewer, ...range(1, 3))).toEqual([undefined, 'ERR_SIGNING_RESPONSE', undefined]);
  expect(viewer.errors()).toMatchObject([{ url: segment(2), message: holding('"url"', '"prefix"') }]);
  expect(tokenOf(await viewer.source.sign(segment(2)))).toBe('t2');
});

/** The endpoint fails with `status` for any call with one of these. */
const failing = (status: number, ...bad: number[]): Answer => {
  const urls = bad.map(segment);
  return (call) => (call.urls.some((url) => urls.includes(url)) ? fail(status) : each())(call);
};

test.each<[Answer, string]>([
  [failing(400, 4), '111011'],
  [failing(413, 1, 6), '011110'],
  [failing(500, 5, 7), '11110101'],
])('one bad URL in a call, or two, fails alone, and the others get tokens (%#)', async (answer, done) => {
  const { source, calls } = lab(answer);
  const seen = range(1, done.length).map((url) => watch(source.sign(url)));
  await advanceSeconds();
  expect(seen.map(({ state }) => Number(state === 'done')).join('')).toEqual(done);
  expect(calls.length).toBeLessThan(10);
});

test('a bad URL is asked for alone from then on, holds up nobody, and is one like others once it has a token', async () => {
  const viewer = lab(failing(500, 1));
  const [bad, good] = range(1, 2).map((url) => watch(viewer.source.sign(url)));
  await advanceSeconds(20);
  expect(good?.state).toBe('done');
  expect(bad?.error?.code).toBe('ERR_SIGNING_UNAVAILABLE');
  for (const url of range(10, 29)) {
    watch(viewer.source.sign(segment(1), { patient: true }));
    const other = watch(viewer.source.sign(url));
    await advanceSeconds(1);
    expect(other.state).toBe('done');
  }
  expect(viewer.asked().filter((urls) => urls.includes(segment(1)) && urls.length > 1)).toHaveLength(1);
  viewer.answer = each(10);
  watch(viewer.source.sign(segment(1)));
  await advanceSeconds(300);
  await Promise.all(range(1, 2).map((url) => viewer.source.sign(url)));
  expect(viewer.asked().at(-1)).toEqual(range(1, 2));
});

test('an endpoint that is back from an outage and refuses all URLs gets a few calls', async () => {
  const viewer = lab(inTurn(fail(503), fail(400)));
  const seen = range(1, 6).map((url) => watch(viewer.source.sign(url)));
  await advanceSeconds(5);
  expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['failed']));
  expect(viewer.calls.length).toBeLessThan(12);
});

test.each([500, 429, 502])('no bad URL is looked for if the endpoint is away (%i): all wait for it', async (status) => {
  const viewer = lab(fail(status));
  const seen = range(1, 6).map((url) => watch(viewer.source.sign(url)));
  await advanceSeconds(6);
  viewer.answer = each();
  await advanceSeconds(8);
  expect(new Set(seen.map(({ state }) => state))).toEqual(new Set(['done']));
  expect(viewer.calls.length).toBeLessThanOrEqual(10);
});

const never: Answer = () => new Promise(() => undefined);
const unexplained = (): Response => {
  return new Response(new ReadableStream(), { status: 403, headers: { 'content-type': 'application/json' } });
};

test.each<[string, Answer, number]>([
  ['in the task of the requests', never, -1],
  ['while they wait for an answer', never, 1],
  ['while they wait for a late answer', after(5, folder()), 1],
  ['while they wait for the next try', fail(503), 0.5],
  ['while they wait for the explanation of a failure', unexplained, 0.5],
  ['while a bad URL is looked for', after(1, fail(400)), 1.5],
])('destroy() %s: they end with ERR_DESTROYED, and no call, event or timer follows', async (_, answer, time) => {
  const { source, calls, types } = lab(answer);
  const requests = [source.sign(MASTER), source.sign(segment(1), { patient: true })].map(code);
  if (time >= 0) await advanceSeconds(time);
  const before = [calls.length, types().length, 0];
  source.destroy();
  expect(await Promise.all(requests)).toEqual(['ERR_DESTROYED', 'ERR_DESTROYED']);
  await advanceSeconds(600);
  expect([calls.length, types().length, vi.getTimerCount()]).toEqual(before);
});

test.each(range(0, 11, String))('destroy() after %s microtasks: no call begins after it', async (microtasks) => {
  const { source, calls } = lab(never);
  const request = code(source.sign(MASTER));
  for (let n = 0; n < Number(microtasks); n++) await Promise.resolve();
  source.destroy();
  const { length } = calls;
  await advanceSeconds(20);
  expect(await request).toBe('ERR_DESTROYED');
  expect(calls.length).toEqual(length);
  expect(vi.getTimerCount()).toBe(0);
});

test('destroy() while the app makes the request: it is not sent, though `fetch` knows no signal', async () => {
  const fetch = vi.fn(async () => new Response('{}'));
  const { source } = lab(folder(), { request: () => new Promise((resolve) => setTimeout(resolve, 500, {})), fetch });
  const request = code(source.sign(MASTER));
  await advanceSeconds(0.2);
  source[Symbol.dispose]();
  await advanceSeconds(20);
  expect(await request).toBe('ERR_DESTROYED');
  expect(fetch.mock.calls).toHaveLength(0);
  expect(vi.getTimerCount()).toBe(0);
});

test('destroy() ends refused(), renew() and getTokens; afterwards nothing is signed or asked for', async () => {
  const getTokens = vi.fn(async ({ signal }: { signal: AbortSignal }) => new Promise<never>(() => signal));
  const tokens = [{ prefix: 'https://cdn.test/', query: { st: 'page' }, expires: START + 60 }];
  const { source } = lab(folder(), { endpoint: undefined as never, getTokens, tokens, protect: 'https://cdn.test/' });
  const request = source.signNow(MASTER)!;
  const all: Promise<unknown>[] = [source.refused(request, 403), source.renew()];
  await advanceSeconds(1);
  for (let n = 0; n < 2; n++) source.destroy();
  all.push(source.sign(MASTER), source.refused({ ...request, token: { ...tokens[0]!, query: { st: 'old' } } }, 403));
  expect(new Set(await Promise.all(all.map(code)))).toEqual(new Set(['ERR_DESTROYED']));
  source.learn(MASTER, hls(playlist(1, 9)));
  source.allow(MASTER);
  await advanceSeconds(3600);
  expect(getTokens.mock.calls.map(([{ signal }]) => signal.aborted)).toEqual([true]);
  expect(source.signNow(MASTER)).toBe(undefined);
  expect(source.signNow('https://a.test/x')?.token).toBe(undefined);
});

test.each<[string, Answer, number]>([
  ['while it plays', folder(), 30],
  ['while it renews', inTurn(folder(), never), 241],
  ['in the pause of a renewal', inTurn(folder(), fail(503)), 242],
  ['before it reads ahead', each(), 24.5],
])('destroy() %s leaves no timer and no listener', async (_, answer, time) => {
  const page = asPage();
  const { source } = await playing(playlist(1, 90), answer);
  const { signal } = new AbortController();
  for (let left = time, n = 1; left > 0; left -= 4, n++)
    await source.sign(segment(n), { signal }).then(() => advanceSeconds(Math.min(4, left)));
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  source.destroy();
  await advanceSeconds();
  expect(vi.getTimerCount()).toBe(0);
  expect([...getEventListeners(page, 'online'), ...getEventListeners(signal, 'abort')]).toEqual([]);
});
