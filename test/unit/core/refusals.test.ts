import { describe, expect, test, vi } from 'vitest';
import type { Answer } from './lab.ts';
import {
  FOLDER,
  MASTER,
  START,
  after,
  code,
  each,
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
  describe('refused', () => {
    test.each([401, 403, 410])('%i: a request signed by a different token', async (status) => {
      const { source, reasons, types, events } = lab();
      const request = await source.sign(`${MASTER}?x=1#f`);
      const replay = await source.refused(request, status);
      expect(replay).toMatchObject({ url: `${MASTER}?x=1&st=t2#f`, source: `${MASTER}?x=1#f` });
      expect(reasons()).toEqual(['initial', 'refused']);
      expect(types()).toEqual(['tokenrenewed', 'tokenrefused', 'tokenrenewed']);
      expect(events[1]!.detail).toEqual({ url: `${MASTER}?x=1#f`, status });
      expect(events[2]!.detail.reason).toBe('refused');
      expect(tokenOf(source.signNow(MASTER))).toBe('t2');
    });

    test.each([0, 200, 206, 304, 400, 404, 416, 429, 500, 503])('%i is no refusal', async (status) => {
      const { source, calls, types } = lab();
      const request = await source.sign(MASTER);
      expect(await source.refused(request, status)).toBeUndefined();
      expect(calls).toHaveLength(1);
      expect(types()).toEqual(['tokenrenewed']);
    });

    test('for a caller that has left already: its reason at once, and others have the new token', async () => {
      const { source } = lab(inTurn(folder(), after(5, folder())));
      const request = await source.sign(MASTER);
      const left = watch(source.refused(request, 403, { signal: AbortSignal.abort(new Error('left')) }));
      await advanceSeconds(1);
      expect(left).toMatchObject({ state: 'failed', error: { message: 'left' } });
      await advanceSeconds(5);
      expect(tokenOf(source.signNow(MASTER))).toBe('t2');
    });

    test('a token that came between a refusal and the call for its replay is used on', async () => {
      const { source, asked } = lab(inTurn(each(), after(1, each()), each()), { readAhead: 0 });
      const [one, other] = await Promise.all([1, 2].map((n) => source.sign(segment(n))));
      watch(source.refused(one!, 403));
      await advanceSeconds();
      // waits for how the first ends
      const replay = watch(source.refused(other!, 403));
      await source.sign(segment(3));
      await advanceSeconds(3);
      expect(tokenOf(replay.value)).toBe('t4');
      expect(tokenOf(source.signNow(segment(3)))).toBe('t3');
      expect(asked()).toHaveLength(4);
    });

    test('after a rotation: a failure of what is renewed along with a request disturbs nobody', async () => {
      const { source, asked } = lab(inTurn(each(), each(), fail(503)), { retry: { limit: 0 } });
      const requests = await Promise.all([1, 2, 3].map((n) => source.sign(segment(n))));
      await source.refused(requests[0]!, 403);
      const request = watch(source.sign(segment(2)));
      await advanceSeconds(5);
      expect(request.error?.code).toBe('ERR_SIGNING_UNAVAILABLE');
      expect(asked()[2]).toEqual([segment(2), segment(3)]);
    });

    test('other statuses, when the CDN has its own', async () => {
      const { source } = lab(folder(), { refusals: [404] });
      const request = await source.sign(MASTER);
      expect(await source.refused(request, 403)).toBeUndefined();
      expect(tokenOf(await source.refused(request, 404))).toBe('t2');
    });

    test('status 0 at or past expiry: a refusal without CORS headers looks like that', async () => {
      const { source, reasons } = lab(folder(20), { renewBefore: 0 });
      const request = await source.sign(MASTER);
      await advanceSeconds(18);
      expect(await source.refused(request, 0)).toBeUndefined();
      await advanceSeconds(2);
      expect(tokenOf(await source.refused(request, 0))).toBe('t2');
      expect(reasons()).toEqual(['initial', 'refused']);
    });

    test('a request that carried no token was not refused because of it', async () => {
      const { source, calls } = lab();
      source.allow(MASTER);
      expect(await source.refused(await source.sign('https://ads.test/x'), 403)).toBeUndefined();
      expect(calls).toHaveLength(0);
    });

    test('a newer token that is already at hand is used without a call', async () => {
      const { source, calls } = lab();
      const request = await source.sign(MASTER);
      await advanceSeconds(241);
      expect(calls).toHaveLength(2);
      expect(tokenOf(await source.refused(request, 410))).toBe('t2');
      expect(calls).toHaveLength(2);
    });

    test('a renewal under way is joined', async () => {
      const { source, reasons } = lab(inTurn(folder(), after(5, folder())));
      const request = await source.sign(MASTER);
      await advanceSeconds(241);
      const replay = watch(source.refused(request, 403));
      await advanceSeconds(1);
      expect(reasons()).toEqual(['initial', 'expiring']);
      await advanceSeconds(5);
      expect(tokenOf(replay.value)).toBe('t2');
      expect(reasons()).toHaveLength(2);
    });

    test('many requests refused at once: one call, each is replayed', async () => {
      const { source, calls } = lab();
      await source.sign(MASTER);
      const requests = [1, 2, 3, 4, 5].map((n) => source.signNow(segment(n))!);
      const replays = await Promise.all(requests.map((request) => source.refused(request, 403)));
      expect(replays.map((replay) => replay?.url)).toEqual([1, 2, 3, 4, 5].map((n) => `${segment(n)}?st=t2`));
      expect(calls).toHaveLength(2);
    });

    test('per-URL tokens: only the refused URLs are asked for', async () => {
      const { source, asked } = lab(each());
      const requests = await Promise.all([1, 2, 3].map((n) => source.sign(segment(n))));
      await Promise.all(requests.slice(0, 2).map((request) => source.refused(request, 403)));
      expect(asked()[1]).toEqual([segment(1), segment(2)]);
    });

    test('the replay is refused again: the player sees it, and it is reported', async () => {
      const { source, calls, events } = lab();
      const replay = await source.refused(await source.sign(MASTER), 403);
      expect(await source.refused(replay!, 403)).toBeUndefined();
      expect(calls).toHaveLength(2);
      expect(events.map(({ type }) => type)).toEqual([
        'tokenrenewed',
        'tokenrefused',
        'tokenrenewed',
        'tokenrefused',
        'tokenerror',
      ]);
      expect(events.at(-1)!.detail.error).toMatchObject({ code: 'ERR_TOKEN_REFUSED', url: MASTER, status: 403 });
    });

    test('the endpoint fails: refused fails as sign does', async () => {
      const { source } = lab(inTurn(folder(), fail(500)), { retry: { limit: 0 } });
      expect(await code(source.refused(await source.sign(MASTER), 403))).toBe('ERR_SIGNING_UNAVAILABLE');
      const denied = lab(inTurn(folder(), fail(403)));
      expect(await code(denied.source.refused(await denied.source.sign(MASTER), 403))).toBe('ERR_DENIED');
    });

    test('a request that is held in an outage, and reported again: the app hears of its refusal once', async () => {
      const { source, types } = lab(inTurn(folder(), fail(503)), { retry: { limit: 0 } });
      const request = await source.sign(MASTER);
      for (let n = 0; n < 3; n++) {
        expect(await code(source.refused(request, 403))).toBe('ERR_SIGNING_UNAVAILABLE');
        await advanceSeconds(20);
      }
      expect(types().filter((type) => type === 'tokenrefused')).toHaveLength(1);
    });

    test('an abort detaches', async () => {
      const { source } = lab(inTurn(folder(), after(5, folder())));
      const request = await source.sign(MASTER);
      const leaving = new AbortController();
      const replay = code(source.refused(request, 403, { signal: leaving.signal }));
      await advanceSeconds(1);
      leaving.abort();
      expect(await replay).toMatch(/abort/i);
      await advanceSeconds(5);
      expect(tokenOf(source.signNow(MASTER))).toBe('t2');
    });

    test('an expired token that is refused: exactly one call', async () => {
      const { source, calls } = lab(folder(20), { renewBefore: 0 });
      const request = await source.sign(MASTER);
      await sleep(100);
      expect(tokenOf(await source.refused(request, 410))).toBe('t2');
      expect(calls).toHaveLength(2);
    });

    test('a token of the page that the edge refuses is replaced', async () => {
      const { source } = lab(folder(), { tokens: [{ prefix: FOLDER, query: { st: 'page' }, expires: START + 300 }] });
      expect(tokenOf(await source.refused(source.signNow(MASTER)!, 403))).toBe('t1');
    });
  });

  describe('isRefusal', () => {
    test('is what the edge refuses tokens with, for a request that has one', async () => {
      const { source } = lab(folder(), { refusals: [404] });
      const request = await source.sign(MASTER);
      expect([404, 403, 410, 200, 0].map((status) => source.isRefusal(request, status))).toEqual([
        true,
        false,
        false,
        false,
        false,
      ]);
      expect(source.isRefusal({ ...request, token: undefined as never }, 404)).toBe(false);
    });

    test('without a status it is one once the token is at its end', async () => {
      const { source } = lab(folder(10));
      const request = await source.sign(MASTER);
      expect([401, 403, 410, 404, 0].map((status) => source.isRefusal(request, status))).toEqual([
        true,
        true,
        true,
        false,
        false,
      ]);
      await advanceSeconds(9.5);
      expect(source.isRefusal(request, 0)).toBe(true);
    });
  });
});

describe('the cause of a refusal that an adapter reports', () => {
  const cookie = { query: undefined as never, credentials: true };
  const untold: Answer = ({ index }) => ({
    tokens: [{ prefix: FOLDER, query: { st: `t${index}` }, expires: START + 300 }],
  });

  test.each<[string, Answer, RegExp]>([
    ['by the time that the endpoint has told', folder(300), /\b300 s\b/],
    [
      'where the endpoint tells no time: that it should, and not how long the token lives',
      untold,
      /^(?!.* s more).*'now'/,
    ],
    // whether a browser holds the cookie, no script can see
    ['where a cookie carries the token: not that none was attached', folder(300, FOLDER, cookie), /\b300 s\b/],
    ['where the token is empty', folder(300, FOLDER, { query: {} }), /'query'/],
  ])('%s', async (_, answer, named) => {
    const { source } = lab(answer);
    const error = source.explainRefusal(await source.sign(MASTER), 410);
    expect(error).toMatchObject({ code: 'ERR_TOKEN_REFUSED', url: MASTER, status: 410 });
    expect(error.message).toMatch(named);
  });

  test('a request that went out without a token has an error, too', async () => {
    const { source } = lab(folder(), { protect: FOLDER });
    await source.sign(MASTER);
    const url = 'https://ads.test/vast';
    expect(source.explainRefusal(await source.sign(url), 403)).toMatchObject({ code: 'ERR_TOKEN_REFUSED', url });
  });

  test('a build that looks for no cause tells URL, status and the command that finds it', async () => {
    vi.stubGlobal('__DEVELOPMENT__', false);
    const { source } = lab(folder(300, FOLDER, { query: {} }));
    const error = source.explainRefusal(await source.sign(MASTER), 403);
    expect(error).toMatchObject({ code: 'ERR_TOKEN_REFUSED', url: MASTER, status: 403 });
    expect(error.message).toContain('secure-token doctor');
    expect(error.message).not.toContain("'query'");
  });
});

test('a 400 of a store is a refusal that is replayed, and a 400 of another edge is none', async () => {
  const { source } = lab(folder(), { refusals: [{ prefix: FOLDER, statuses: [400] }] });
  const request = await source.sign(MASTER);
  expect([400, 403].map((status) => source.isRefusal(request, status))).toEqual([true, false]);
  const elsewhere = { ...request, unsignedUrl: 'https://other.example.com/a' };
  expect([400, 403].map((status) => source.isRefusal(elsewhere, status))).toEqual([false, true]);
  expect(tokenOf(await source.refused(request, 400))).toBe('t2');
});
