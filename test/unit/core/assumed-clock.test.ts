import { describe, expect, test } from 'vitest';
import type { TokenSourceOptions } from '../../../packages/core/src/index.ts';
import type { Answer } from './lab.ts';
import {
  FOLDER,
  MASTER,
  MEDIA,
  START,
  fakeTime,
  folder,
  lab,
  advanceSeconds,
  seconds,
  segment,
  tokenOf,
  watch,
} from './lab.ts';

fakeTime();

const HOURS = 3600;

/** Tests what a source assumes of the time where neither `now` nor a `Date` header tells it. */
describe('a viewer whose clock is', () => {
  describe('fast, and nobody tells the time', () => {
    const untold =
      (lifetime: number): Answer =>
      ({ index, urls }) => ({
        tokens: urls.map((url) => ({ url, query: { st: `t${index}` }, expires: Math.floor(seconds()) + lifetime })),
      });
    const fast = { clock: () => Date.now() + HOURS * 1000, readAhead: 0 };

    test.each([
      [60, 8],
      [300, 8],
    ])('a fast clock and tokens of %i s: not one call a use', async (lifetime, most) => {
      const { source, calls } = lab(untold(lifetime), fast);
      for (let time = 0; time < 240; time += 4) {
        await source.sign(MEDIA);
        await advanceSeconds(4);
      }
      expect(calls.length).toBeLessThanOrEqual(most);
    });

    test('tokens that live shorter than it assumes: the edge tells, and then they are renewed in time', async () => {
      const { source } = lab(untold(20), fast);
      const request = await source.sign(MEDIA);
      await advanceSeconds(21);
      expect(tokenOf(source.signNow(MEDIA))).toBe('t1');
      expect(tokenOf(await source.refused(request, 410))).toBe('t2');
      await advanceSeconds(19.5);
      expect(source.signNow(MEDIA)).toBeUndefined();
    });

    test('`getTokens` tells the time of a fast clock: tokens are used as if it were right', async () => {
      let calls = 0;
      const getTokens: TokenSourceOptions['getTokens'] = async ({ urls }) => {
        calls++;
        return { now: seconds(), tokens: urls.map((url) => ({ url, expires: seconds() + 300, query: {} })) };
      };
      const { source } = lab(folder(), { ...fast, endpoint: undefined as never, getTokens });
      for (let time = 0; time < 240; time += 4) {
        await source.sign(segment(1));
        await advanceSeconds(4);
      }
      expect(calls).toBeLessThanOrEqual(2);
    });
  });

  describe('slow, with a token of the page, an edge without CORS headers, and no answer yet', () => {
    const slow = { clock: () => Date.now() - 24 * HOURS * 1000 };
    const tokens = [{ prefix: FOLDER, query: { st: 'page' }, expires: START + 12 }];

    test('the second failure without a status is none of the edge, but brings a token and the time', async () => {
      const { source, reasons } = lab(folder(20), { ...slow, tokens, renewBefore: 0 });
      const [request, another] = [source.signNow(MASTER)!, source.signNow(MASTER)!];
      await advanceSeconds(13);
      // an adapter asks twice about one failure
      expect(source.isRefusal(request, 0)).toBe(false);
      expect(await source.refused(request, 0)).toBeUndefined();
      await advanceSeconds();
      expect(reasons()).toEqual([]);
      expect(source.isRefusal(another, 0)).toBe(false);
      await advanceSeconds();
      expect(reasons()).toEqual(['expiring']);
      expect(tokenOf(source.signNow(MASTER))).toBe('t1');
      await advanceSeconds(21);
      expect(source.signNow(MASTER)).toBeUndefined();
    });

    test('once there was an answer, a network that fails costs no calls', async () => {
      const { source, calls } = lab(folder(), { ...slow, tokens });
      for (let n = 0; n < 5; n++) {
        source.isRefusal(source.signNow(MASTER)!, 0);
        await advanceSeconds(2);
      }
      expect(calls).toHaveLength(1);
    });

    test('a refusal without a status is told to the endpoint as one', async () => {
      const { source, reasons } = lab(folder(), { tokens, renewBefore: 0 });
      const request = source.signNow(MASTER)!;
      await advanceSeconds(11.3);
      source.isRefusal(request, 0);
      expect(source.isRefusal(request, 0)).toBe(true);
      await source.refused(request, 0);
      expect(reasons()).toEqual(['refused']);
    });

    test('a slow clock and failures with another status cost no calls', async () => {
      const { source, calls } = lab(folder(), { ...slow, tokens });
      expect(source.isRefusal(source.signNow(MASTER)!, 503)).toBe(false);
      expect(source.isRefusal({ ...source.signNow(MASTER)!, token: undefined as never }, 0)).toBe(false);
      await advanceSeconds(1);
      expect(calls).toHaveLength(0);
    });
  });

  describe('right, and nobody tells the time', () => {
    const getting = (getTokens: NonNullable<TokenSourceOptions['getTokens']>): ReturnType<typeof lab> =>
      lab(folder(), { endpoint: undefined as never, getTokens, timeout: 1e5 });

    test('the machine sleeps during a call: later tokens keep their lifetime', async () => {
      let calls = 0;
      const { source } = getting(async () => {
        const made = { prefix: FOLDER, query: { st: `t${++calls}` }, expires: seconds() + 6 * HOURS };
        if (calls === 1) await new Promise((resolve) => setTimeout(resolve, 7 * HOURS * 1000));
        return made;
      });
      watch(source.sign(MASTER));
      await advanceSeconds(7 * HOURS);
      for (let i = 0; i < 300; i++) {
        watch(source.sign(MASTER));
        await advanceSeconds(4);
      }
      expect(calls).toBeLessThanOrEqual(2);
    });

    test('one stale token is no reason to use later ones beyond their end', async () => {
      let calls = 0;
      const { source } = getting(async () => {
        calls++;
        return { prefix: FOLDER, query: { st: `t${calls}` }, expires: seconds() + (calls === 1 ? -HOURS : 60) };
      });
      const first = await source.sign(MASTER);
      expect(tokenOf(await source.refused(first, 403))).toBe('t2');
      await advanceSeconds(70);
      expect(source.signNow(MASTER)?.token?.expires ?? Infinity).toBeGreaterThan(seconds());
    });
  });
});
