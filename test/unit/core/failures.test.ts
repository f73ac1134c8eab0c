import { describe, expect, test, vi } from 'vitest';
import type { Answer } from './lab.ts';
import { CDN, ENDPOINT, FOLDER, MASTER, after, code, each, fakeTime, fail, folder, inTurn, lab, pass, seconds, segment, sleep, st, watch } from './lab.ts';

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
      expect(await request).toBe('ERR_SIGNING_UNAVAILABLE');
      expect(at(it)).toEqual([0, 3]);
    });

    test('a body that never ends is an answer that never comes', async () => {
      const it = lab(() => new Response(new ReadableStream()), { retry: { limit: 0 } });
      const request = code(it.source.sign(MASTER));
      await pass(10.1);
      expect(await request).toBe('ERR_SIGNING_UNAVAILABLE');
    });

    test('the request that the team prepares counts', async () => {
      const it = lab(folder(), { retry: { limit: 0 }, request: () => new Promise(() => undefined) });
      const request = code(it.source.sign(MASTER));
      await pass(10.1);
      expect(await request).toBe('ERR_SIGNING_UNAVAILABLE');
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

  describe('back-off', () => {
    test.each([
      [1, [0, 1, 3, 7, 15]],
      [0.5, [0, 0.5, 1.5, 3.5, 7.5]],
      [0, [0, 0, 0, 0, 0]],
    ])('full jitter: random %f', async (random, times) => {
      const it = lab(fail(503), { random: () => random });
      const request = code(it.source.sign(MASTER));
      await pass(16);
      await request;
      expect(at(it).slice(0, 5)).toEqual(times);
    });

    test('never longer than backoffLimit', async () => {
      const it = lab(fail(503), { retry: { limit: 6, backoffLimit: 3 } });
      const request = code(it.source.sign(MASTER));
      await pass(30);
      await request;
      expect(at(it)).toEqual([0, 1, 3, 6, 9, 12, 15]);
    });

    test('30 s unless told otherwise', async () => {
      const it = lab(fail(503), { retry: { limit: 7 } });
      const request = code(it.source.sign(MASTER));
      await pass(130);
      await request;
      expect(at(it)).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
    });

    test('calls that fail side by side are one failure', async () => {
      const it = lab(fail(503));
      const one = code(it.source.sign(segment(1)));
      await pass();
      const two = code(it.source.sign(segment(2)));
      // the second waits for the end of the pause that the first has begun
      await pass(16);
      expect(await Promise.all([one, two])).toEqual(['ERR_SIGNING_UNAVAILABLE', 'ERR_SIGNING_UNAVAILABLE']);
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
      expect(it.calls.map(({ urls, at: time }) => [time, urls.length])).toEqual([[0, 1], [1, 20], [3, 20], [7, 20], [15, 20]]);
      expect(new Set(await Promise.all(requests))).toEqual(new Set(['ERR_SIGNING_UNAVAILABLE']));
    });

    test('at most 100 URLs a call also then', async () => {
      const it = lab(inTurn(fail(503), each()));
      const requests = [];
      for (let n = 0; n < 150; n++) {
        requests.push(it.source.sign(segment(n)));
        await pass();
      }
      await pass(1);
      await Promise.all(requests);
      expect(it.calls.map(({ urls }) => urls.length)).toEqual([1, 100, 50]);
    });

    test('an endpoint that always asks for patience is not waited for without end', async () => {
      const it = lab(fail(429, { 'retry-after': '3' }));
      const request = code(it.source.sign(MASTER));
      await pass(12);
      expect(await request).toBe('ERR_SIGNING_UNAVAILABLE');
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
      ['a date, by the endpoint’s own clock', { 'retry-after': new Date(2_000_000_009_000).toUTCString(), date: new Date(2_000_000_000_000).toUTCString() }, 9],
      ['nonsense', { 'retry-after': 'soon' }, 1],
      ['nothing', { 'retry-after': '' }, 1],
      ['a date that has passed', { 'retry-after': new Date(0).toUTCString() }, undefined],
    ])('Retry-After wins: %s', async (_, headers, wait) => {
      const it = lab(inTurn(fail(429, headers), folder()));
      const request = it.source.sign(MASTER);
      await pass(wait ?? 1);
      await request;
      if (wait) expect(at(it)).toEqual([0, wait]);
    });

    test('a Retry-After date without a Date header is compared with the local clock', async () => {
      const it = lab(inTurn(fail(503, { 'retry-after': new Date(Date.now() + 9000).toUTCString() }), folder()));
      const request = it.source.sign(MASTER);
      await pass(10);
      await request;
      expect(at(it)).toEqual([0, 9]);
    });

    test('Retry-After beyond backoffLimit: requests do not wait that long, and the endpoint is left alone that long', async () => {
      const it = lab(inTurn(fail(503, { 'retry-after': '120' }), folder()));
      expect(await code(it.source.sign(MASTER))).toBe('ERR_SIGNING_UNAVAILABLE');
      for (let i = 0; i < 119; i++) {
        expect(await code(it.source.sign(segment(i)))).toBe('ERR_SIGNING_UNAVAILABLE');
        await pass(1);
      }
      expect(it.calls).toHaveLength(1);
      await pass(1);
      const request = it.source.sign(MASTER);
      expect(st(await request)).toBe('t2');
      expect(it.calls[1]!.at).toBeGreaterThanOrEqual(120);
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
        await pass(20);
        codes.push(await request);
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

  describe('an answer that is not understood', () => {
    const expires = 1_900_000_000;
    test.each<[string, unknown]>([
      ['not JSON', new Response('<html>')],
      ['nothing', new Response('')],
      ['204', new Response(null, { status: 204 })],
      ['null', null],
      ['a text', 'token'],
      ['a list', []],
      ['no tokens', { now: 1 }],
      ['tokens not a list', { tokens: {} }],
      ['a token that is null', { tokens: [null] }],
      ['a token that is a text', { tokens: ['abc'] }],
      ['no expires', { tokens: [{ prefix: FOLDER, query: {} }] }],
      ['expires as text', { tokens: [{ prefix: FOLDER, expires: '1900000000' }] }],
      ['expires 0', { tokens: [{ prefix: FOLDER, expires: 0 }] }],
      ['a prefix without / at the end', { tokens: [{ prefix: `${CDN}/vod`, expires }] }],
      ['a prefix with a query', { tokens: [{ prefix: `${FOLDER}?x=/`, expires }] }],
      ['a relative prefix', { tokens: [{ prefix: '/vod/', expires }] }],
      ['a prefix that is not http', { tokens: [{ prefix: 'file:///vod/', expires }] }],
      ['a prefix that is not text', { tokens: [{ prefix: 7, expires }] }],
      ['a relative url', { tokens: [{ url: 'a.ts', expires }] }],
      ['a url that is not text', { tokens: [{ url: {}, expires }] }],
      ['a query that is text', { tokens: [{ prefix: FOLDER, expires, query: 'st=1' }] }],
      ['a query that is null', { tokens: [{ prefix: FOLDER, expires, query: null }] }],
      ['headers that are text', { tokens: [{ prefix: FOLDER, expires, headers: 'x-t: 1' }] }],
      ['expires in milliseconds', { tokens: [{ prefix: FOLDER, expires: expires * 1000 }] }],
      ['expires below 0', { tokens: [{ prefix: FOLDER, expires: -1 }] }],
      ['a base without a prefix', { tokens: [{ url: MASTER, expires, base: `${CDN}/x/` }] }],
      ['a base without / at the end', { tokens: [{ prefix: FOLDER, expires, base: `${CDN}/x` }] }],
      ['one bad token among good ones', { tokens: [{ prefix: FOLDER, expires }, { prefix: '/', expires }] }],
      ['denied not a list', { tokens: [], denied: 'x' }],
      ['400', new Response('{}', { status: 400 })],
      ['404', new Response('{}', { status: 404 })],
      ['413', new Response('{}', { status: 413 })],
    ])('%s: not tried again', async (_, answer) => {
      const it = lab(() => answer);
      const error = (await watchOne(it.source.sign(MASTER))).error;
      expect(error).toMatchObject({ name: 'SecureTokenError', code: 'ERR_SIGNING_RESPONSE' });
      await pass(120);
      expect(it.calls).toHaveLength(1);
      expect(it.types()).toEqual(['tokenerror']);
      expect(it.events[0]!.detail.error).toBe(error);
    });

    test.each([400, 404, 413])('%i: the status is told', async (status) => {
      const it = lab(fail(status));
      expect((await watchOne(it.source.sign(MASTER))).error!.status).toBe(status);
    });

    test('numbers in a query are as good as text', async () => {
      const it = lab(folder(300, FOLDER, { query: { st: 'a', e: 5 as never } }));
      expect((await it.source.sign(MASTER)).url).toBe(`${MASTER}?st=a&e=5`);
    });

    test('what the contract does not name is ignored', async () => {
      const it = lab((call) => ({ ...(folder()(call) as object), hello: 1 }));
      expect(st(await it.source.sign(MASTER))).toBe('t1');
    });
  });

  describe('the call', () => {
    test('POSTs {urls, reason} as JSON', async () => {
      const fetch = vi.fn(async () => Response.json({ now: seconds(), tokens: [{ prefix: FOLDER, expires: seconds() + 60 }] }));
      const it = lab(folder(), { fetch, endpoint: new URL(ENDPOINT) });
      await it.source.sign(MASTER);
      const [url, init] = fetch.mock.calls[0] as unknown as [URL, RequestInit];
      expect(String(url)).toBe(ENDPOINT);
      expect(init).toMatchObject({ method: 'POST', body: JSON.stringify({ urls: [MASTER], reason: 'initial' }) });
      expect(new Headers(init.headers).get('content-type')).toBe('application/json');
      expect(init.signal).toBeInstanceOf(AbortSignal);
      expect(init.credentials).toBeUndefined();
    });

    test.each([
      ['an object', { headers: { authorization: 'Bearer me' }, credentials: 'include' } as const],
      ['a function', () => ({ headers: [['authorization', 'Bearer me']] as [string, string][], credentials: 'include' as const })],
      ['an async function', async () => ({ headers: new Headers({ authorization: 'Bearer me' }), credentials: 'include' as const })],
    ])('carries what the team adds: %s', async (_, request) => {
      const it = lab(folder(), { request });
      await it.source.sign(MASTER);
      const { init } = it.calls[0]!;
      expect(init.credentials).toBe('include');
      expect(new Headers(init.headers).get('authorization')).toBe('Bearer me');
      expect(new Headers(init.headers).get('content-type')).toBe('application/json');
    });

    test('a function is asked before each call', async () => {
      const request = vi.fn(() => ({}));
      const it = lab(inTurn(fail(503), folder()), { request });
      const signed = it.source.sign(MASTER);
      await pass(2);
      await signed;
      expect(request).toHaveBeenCalledTimes(2);
    });

    test('an error of that function is a failure like any other', async () => {
      let failed = false;
      const it = lab(folder(), {
        request: () => {
          if (failed) return {};
          failed = true;
          throw new Error('no session yet');
        },
      });
      const request = it.source.sign(MASTER);
      await pass(2);
      expect(st(await request)).toBe('t1');
      expect(it.events[0]!.detail.error).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE', cause: { message: 'no session yet' } });
    });

    test('the global fetch is used when the call is made', async () => {
      const fetch = vi.fn(async () => Response.json({ tokens: [{ prefix: FOLDER, expires: seconds() + 60 }] }));
      const it = lab(folder(), { fetch: undefined as never });
      vi.stubGlobal('fetch', fetch);
      await it.source.sign(MASTER);
      expect(fetch).toHaveBeenCalledOnce();
    });

    test('a string or a URL is { endpoint }', async () => {
      const { createTokenSource } = await import('../../../packages/core/src/index.ts');
      for (const endpoint of [ENDPOINT, new URL(ENDPOINT)]) {
        const fetch = vi.fn(async () => Response.json({ tokens: [{ prefix: FOLDER, expires: seconds() + 60 }] }));
        vi.stubGlobal('fetch', fetch);
        const source = createTokenSource(endpoint);
        await source.sign(MASTER);
        expect(String((fetch.mock.calls[0] as unknown[])[0])).toBe(ENDPOINT);
        source.destroy();
      }
    });
  });
});

async function watchOne(promise: Promise<unknown>): Promise<ReturnType<typeof watch>> {
  const seen = watch(promise);
  await pass(1);
  return seen;
}
