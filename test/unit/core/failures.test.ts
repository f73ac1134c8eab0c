import { describe, expect, test } from 'vitest';
import type { Answer } from './lab.ts';
import {
  MASTER,
  after,
  code,
  ended,
  fakeTime,
  fail,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  segment,
  tokenOf,
  watch,
} from './lab.ts';

fakeTime();

const unplugged: Answer = () => Promise.reject(new TypeError('Failed to fetch'));
const silent: Answer = () => new Promise(() => undefined);
const cut: Answer = () => {
  const body = new ReadableStream({ start: (controller) => controller.error(new TypeError('cut')) });
  return new Response(body);
};
const at = ({ calls }: ReturnType<typeof lab>): number[] => calls.map((call) => Math.round(call.at * 100) / 100);

/** What throws when it is read. */
const hostile = new Proxy(
  {},
  {
    get: () => {
      throw new Error('read');
    },
    getPrototypeOf: () => {
      throw new Error('read');
    },
  },
);

test.each<[string, Error]>([
  ['an error that cannot be read', hostile as Error],
  ['headers that cannot be read', Object.assign(new Error('down'), { status: 503, headers: { get: () => hostile } })],
])('getTokens rejects with %s: the request fails as in an outage, and the next one is signed', async (_, cause) => {
  const { source } = lab(
    inTurn(() => Promise.reject(cause), folder()),
    { retry: { limit: 0 } },
  );
  expect(await code(source.sign(MASTER))).toBe('ERR_SIGNING_UNAVAILABLE');
  await advanceSeconds(20);
  expect((await source.sign(MASTER)).token).toBeDefined();
});

describe('createTokenSource', () => {
  describe.each<[string, Answer, number | undefined]>([
    ['the network', unplugged, undefined],
    ['429', fail(429), 429],
    ['500', fail(500), 500],
    ['503', fail(503), 503],
    ['an answer cut short', cut, undefined],
  ])('the signing endpoint fails: %s', (_, broken, status) => {
    test('tried again four times with back-off, then waiting requests fail', async () => {
      const viewer = lab(broken);
      const request = watch(viewer.source.sign(MASTER));
      await advanceSeconds(14.9);
      expect(request.state).toBe('pending');
      await advanceSeconds(0.2);
      expect(request).toMatchObject({ state: 'failed', error: { code: 'ERR_SIGNING_UNAVAILABLE' } });
      expect(request.error!.status).toBe(status);
      expect(at(viewer)).toEqual([0, 1, 3, 7, 15]);
      expect(viewer.types()).toEqual(Array.from({ length: 5 }, () => 'tokenerror'));
      expect(viewer.events[0]!.detail.error).toMatchObject({ code: 'ERR_SIGNING_UNAVAILABLE' });
    });

    test('the signing endpoint recovers while requests wait: they go on', async () => {
      const viewer = lab(inTurn(broken, broken, folder()));
      const request = watch(viewer.source.sign(MASTER));
      await advanceSeconds(3.1);
      expect(tokenOf(request.value)).toBe('t3');
      expect(viewer.types()).toEqual(['tokenerror', 'tokenerror', 'tokenrenewed']);
    });

    test('a renewal fails: the old token keeps being used', async () => {
      const viewer = lab(inTurn(folder(), broken));
      await viewer.source.sign(MASTER);
      await advanceSeconds(240);
      for (let i = 0; i < 29; i++) {
        expect(tokenOf(viewer.source.signNow(segment(i)))).toBe('t1');
        await advanceSeconds(2);
      }
      expect(viewer.calls.length).toBeGreaterThan(3);
    });
  });

  describe('the signing endpoint does not answer', () => {
    test('the signing endpoint does not answer within 10 s: tried again four times, then ERR_SIGNING_UNAVAILABLE', async () => {
      const viewer = lab(silent);
      const request = watch(viewer.source.sign(MASTER));
      await advanceSeconds(9.9);
      expect(viewer.calls[0]!.init.signal.aborted).toBe(false);
      await advanceSeconds(0.2);
      expect(viewer.calls[0]!.init.signal.aborted).toBe(true);
      await advanceSeconds(90);
      expect(request).toMatchObject({ state: 'failed', error: { code: 'ERR_SIGNING_UNAVAILABLE' } });
      // the second call fails eleven seconds after the first
      expect(at(viewer)).toEqual([0, 11, 31, 51, 71]);
    });

    test('the signing endpoint does not answer within `timeout`: tried again as often as `retry.limit` says', async () => {
      const viewer = lab(silent, { timeout: 2, retry: { limit: 1 } });
      const request = code(viewer.source.sign(MASTER));
      await advanceSeconds(6);
      expect(await ended(request)).toBe('ERR_SIGNING_UNAVAILABLE');
      expect(at(viewer)).toEqual([0, 3]);
    });

    test('a body that never ends is an answer that never comes', async () => {
      const viewer = lab(() => new Response(new ReadableStream()), { retry: { limit: 0 } });
      const request = code(viewer.source.sign(MASTER));
      await advanceSeconds(10.1);
      expect(await ended(request)).toBe('ERR_SIGNING_UNAVAILABLE');
    });

    test('a `request` function that never ends: ERR_SIGNING_UNAVAILABLE after 10 s', async () => {
      const viewer = lab(folder(), { retry: { limit: 0 }, request: () => new Promise(() => undefined) });
      const request = code(viewer.source.sign(MASTER));
      await advanceSeconds(10.1);
      expect(await ended(request)).toBe('ERR_SIGNING_UNAVAILABLE');
    });

    test('an answer that comes after its time-out: the request has the token of the second call', async () => {
      const viewer = lab(inTurn(after(12, folder()), folder()));
      const request = watch(viewer.source.sign(MASTER));
      await advanceSeconds(11.1);
      expect(tokenOf(request.value)).toBe('t2');
      await advanceSeconds(5);
      expect(tokenOf(viewer.source.signNow(MASTER))).toBe('t2');
    });
  });
});
