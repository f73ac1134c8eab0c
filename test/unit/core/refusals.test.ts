import { describe, expect, test } from 'vitest';
import type { Answer, Lab } from './lab.ts';
import {
  CDN,
  FOLDER,
  MASTER,
  START,
  advanceSeconds,
  after,
  code,
  each,
  fail,
  fakeTime,
  folder,
  inTurn,
} from './lab.ts';
import { lab, range, seconds, segment, tokenOf, watch } from './lab.ts';

fakeTime();

describe('a token that the edge refuses', () => {
  test.each([401, 403, 410])('with %i: the request is sent once more with another token', async (status) => {
    const { source, reasons, types, events } = lab();
    const replay = await source.refused(await source.sign(`${MASTER}?x=1#f`), status);
    expect(replay).toMatchObject({ url: `${MASTER}?x=1&st=t2#f`, unsignedUrl: `${MASTER}?x=1#f` });
    expect(reasons()).toEqual(['initial', 'refused']);
    expect(types()).toEqual(['tokenrenewed', 'tokenrefused', 'tokenrenewed']);
    expect(events[1]!.detail).toEqual({ url: `${MASTER}?x=1#f`, status });
    expect(tokenOf(source.signNow(MASTER)), 'from then on').toBe('t2');
  });

  test.each<[object, number[]]>([
    [{}, [401, 403, 410]],
    [{ refusals: [404] }, [404]],
    [{ protect: 'https://other.test/' }, []],
  ])('is known by the status, and by a token in the request: with %o it is %j', async (options, expected) => {
    const { source } = lab(folder(), options);
    const request = await source.sign(MASTER);
    const statuses = [0, 200, 304, 400, 401, 403, 404, 410, 429, 500];
    expect(statuses.filter((status) => source.isRefusal(request, status))).toEqual(expected);
    expect(await source.refused(request, 500)).toBeUndefined();
  });

  test('without a status, by an edge without CORS headers: only at the end of the token', async () => {
    const { source } = lab(folder(20), { renewBefore: 0 });
    const request = await source.sign(MASTER);
    await advanceSeconds(18);
    expect(await source.refused(request, 0)).toBeUndefined();
    await advanceSeconds(2);
    expect(tokenOf(await source.refused(request, 0))).toBe('t2');
  });

  test('in several requests at once, or replaced meanwhile: one call', async () => {
    const { source, calls } = lab(inTurn(folder(), after(5, folder())));
    const requests = await Promise.all(range(1, 5).map((url) => source.sign(url)));
    await advanceSeconds(241);
    const replays = requests.slice(1).map((request) => watch(source.refused(request, 403)));
    await advanceSeconds(5);
    expect([replays.map(({ value }) => tokenOf(value)), calls.length]).toEqual([range(1, 4, () => 't2'), 2]);
    expect([tokenOf(await source.refused(requests[0]!, 410)), calls.length]).toEqual(['t2', 2]);
  });

  test.each<[Answer, string]>([
    [fail(503), 'ERR_SIGNING_UNAVAILABLE'],
    [fail(403), 'ERR_DENIED'],
  ])('and the endpoint fails: refused() fails as sign() does, and the app hears once', async (answer, expected) => {
    const { source, types } = lab(inTurn(folder(), answer), { retry: { limit: 0 } });
    const request = await source.sign(MASTER);
    for (let n = 0; n < 3; n++) {
      expect(await code(source.refused(request, 403))).toBe(expected);
      await advanceSeconds(20);
    }
    expect(types().filter((type) => type === 'tokenrefused')).toHaveLength(1);
  });

  test('in a patient request waits through an outage; a caller that leaves gets its reason', async () => {
    const viewer = lab(inTurn(each(), fail(503)), { retry: { limit: 0 } });
    const request = await viewer.source.sign(MASTER);
    const replay = watch(viewer.source.refused(request, 403, { patient: true }));
    const left = viewer.source.refused({ ...request }, 403, { signal: AbortSignal.abort(new Error('left')) });
    await expect(left).rejects.toThrow('left');
    await advanceSeconds(100);
    viewer.answer = each();
    await advanceSeconds(10);
    expect(tokenOf(replay.value)).toBeDefined();
  });
});

describe('an edge that refuses whatever it gets', () => {
  /** Lets the edge refuse a request, and its replay. @returns whether it was replayed */
  async function refuse({ source }: Lab, n: number): Promise<boolean> {
    const replay = await source.refused(await source.sign(segment(n)), 403);
    if (replay) expect(await source.refused(replay, 403)).toBeUndefined();
    return replay !== undefined;
  }

  test('the player sees the second refusal, and the app gets ERR_TOKEN_REFUSED', async () => {
    const viewer = lab();
    expect(await refuse(viewer, 1)).toBe(true);
    expect(viewer.types().slice(1)).toEqual(['tokenrefused', 'tokenrenewed', 'tokenrefused', 'tokenerror']);
    expect(viewer.errors()).toMatchObject([{ code: 'ERR_TOKEN_REFUSED', url: segment(1), status: 403 }]);
    expect(viewer.calls).toHaveLength(2);
  });

  test('after four refused replays in a row nothing is sent again for ten seconds', async () => {
    const viewer = lab();
    for (const n of [1, 2, 3, 4]) expect(await refuse(viewer, n), `replay ${n}`).toBe(true);
    const { length } = viewer.calls;
    for (let second = 0; second < 10; second++) {
      expect(await refuse(viewer, 5)).toBe(false);
      await advanceSeconds(1);
    }
    expect([viewer.calls.length, viewer.errors().at(-1)?.url]).toEqual([length, segment(5)]);
    expect(await refuse(viewer, 6)).toBe(true);
  });

  test('side by side, in whatever order the answers come', async () => {
    const viewer = lab(each());
    const requests = await Promise.all(range(1, 6).map((url) => viewer.source.sign(url)));
    const replays = await Promise.all(requests.map((request) => viewer.source.refused(request, 403)));
    for (const n of [5, 0, 3, 1, 4, 2]) await viewer.source.refused(replays[n]!, 403);
    expect(await refuse(viewer, 7)).toBe(false);
  });

  test('but for one bad file among good ones: that stops nobody', async () => {
    const viewer = lab(each());
    for (let n = 1; n <= 20; n++) {
      expect(await refuse(viewer, 0)).toBe(true);
      expect(await viewer.source.refused(await viewer.source.sign(segment(n)), 403)).toBeDefined();
    }
  });
});

describe('a replay has another token than the refused one', () => {
  test.each<[string, (call: number) => object, boolean]>([
    ['query', () => ({ query: { st: 'same' } }), false],
    ['query, and other members than a token has', (n) => ({ query: { st: 'same' }, serial: n }), false],
    ['headers', () => ({ headers: { 'x-t': 'same' } }), false],
    ['headers', (n) => ({ headers: { 'x-t': `${n}` } }), true],
    ['path', (n) => ({ base: `${CDN}/${n}/` }), true],
    ['cookie, whose value nobody sees', (n) => ({ credentials: true, expires: START + 300 + n }), true],
    ['query, which changes with the second', () => ({ query: { st: `${Math.floor(seconds())}` } }), true],
  ])('%s: %o is another one: %s', async (_, more, isAnother) => {
    const token = { prefix: FOLDER, expires: START + 300 };
    const { source, calls, errors } = lab(({ index }) => ({ now: seconds(), tokens: [{ ...token, ...more(index) }] }));
    const replay = watch(source.refused(await source.sign(MASTER), 403));
    await advanceSeconds(60);
    expect([replay.state, replay.value !== undefined, calls.length < 4]).toEqual(['done', isAnother, true]);
    expect(errors().map(({ code: it }) => it)).toEqual(isAnother ? [] : ['ERR_TOKEN_REFUSED']);
  });
});
