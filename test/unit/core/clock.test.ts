import { describe, expect, test } from 'vitest';
import { ServerClock } from '../../../packages/core/src/tokens/server-clock.ts';
import type { Answer } from './lab.ts';
import {
  FOLDER,
  MASTER,
  START,
  after,
  code,
  each,
  elapsed,
  fakeTime,
  folder,
  inTurn,
  lab,
  advanceSeconds,
  seconds,
  segment,
  tokenOf,
  watch,
} from './lab.ts';

fakeTime();

const HOURS = 3600;
const token = (index: number, lifetime = 300): object => ({
  prefix: FOLDER,
  query: { st: `t${index}` },
  expires: seconds() + lifetime,
});
const withDate: Answer = ({ index }) =>
  Response.json({ tokens: [token(index)] }, { headers: { date: new Date(Date.now()).toUTCString() } });
const withNeither: Answer = ({ index }) => ({ tokens: [token(index)] });

describe('createTokenSource', () => {
  describe.each([
    ['5 h fast', 5 * HOURS],
    ['5 h slow', -5 * HOURS],
    ['right', 0],
  ])("a viewer's clock that is %s", (_, wrong) => {
    const clock = (): number => Date.now() + wrong * 1000;

    test.each([
      ['now in the answer', folder()],
      ['the Date header', withDate],
    ])('changes nothing: %s', async (_, answer) => {
      const { source, calls, reasons } = lab(answer, { clock });
      await source.sign(MASTER);
      for (let i = 0; i < 300; i++) {
        expect(source.signNow(MASTER), `at ${elapsed()} s`).toBeDefined();
        await advanceSeconds(2);
      }
      expect(calls.map(({ at }) => Math.round(at))).toEqual([0, 240, 480]);
      expect(reasons().slice(1)).toEqual(['expiring', 'expiring']);
    });

    test('the transit margin is the same', async () => {
      const { source } = lab(folder(), { clock });
      await source.sign(MASTER);
      await advanceSeconds();
      const dies = lab(folder(20), { clock, renewBefore: 0 });
      await dies.source.sign(MASTER);
      await advanceSeconds(17.9);
      expect(dies.source.signNow(MASTER)).toBeDefined();
      await advanceSeconds(0.2);
      expect(dies.source.signNow(MASTER)).toBeUndefined();
    });

    test('a status-0 failure past expiry counts as refused, one before does not', async () => {
      const { source } = lab(folder(20), { clock, renewBefore: 0 });
      const request = await source.sign(MASTER);
      expect(await source.refused(request, 0)).toBeUndefined();
      await advanceSeconds(20);
      expect(tokenOf(await source.refused(request, 0))).toBe('t2');
    });
  });

  describe('clock', () => {
    test('an endpoint that sends `now` and `Date`: `now` counts', async () => {
      const { source } = lab(({ index }) =>
        Response.json({ now: seconds(), tokens: [token(index)] }, { headers: { date: new Date(0).toUTCString() } }),
      );
      await source.sign(MASTER);
      expect(tokenOf(source.signNow(MASTER))).toBe('t1');
    });

    test('now: null is as good as none: the header Date counts', async () => {
      const clock = (): number => Date.now() + 5 * HOURS * 1000;
      const { source } = lab(
        ({ index }) =>
          Response.json(
            { now: null, tokens: [token(index)] },
            { headers: { date: new Date(Date.now()).toUTCString() } },
          ),
        { clock },
      );
      await source.sign(MASTER);
      expect(tokenOf(source.signNow(MASTER))).toBe('t1');
    });

    test.each(['1800000000', 'soon', '', {}, [1], true, 0])('now: %j is malformed', async (now) => {
      const { source } = lab(({ index }) => ({ now, tokens: [token(index)] }));
      expect(await code(source.sign(MASTER))).toBe('ERR_SIGNING_RESPONSE');
    });

    test('`now` in milliseconds: ERR_SIGNING_RESPONSE, for every token would look dead', async () => {
      const { source } = lab(({ index }) => ({ now: seconds() * 1000, tokens: [token(index)] }));
      expect(await code(source.sign(MASTER))).toBe('ERR_SIGNING_RESPONSE');
    });

    test('an endpoint that has sent neither `now` nor `Date` so far: the local clock decides', async () => {
      const { source, calls } = lab(withNeither);
      await source.sign(MASTER);
      await advanceSeconds(241);
      expect(calls).toHaveLength(2);
    });

    test('an answer with neither `now` nor `Date` after one that had it: what was learned holds', async () => {
      const { source, calls } = lab(inTurn(folder(20), withNeither), { clock: () => Date.now() + 5 * HOURS * 1000 });
      await source.sign(MASTER);
      await advanceSeconds(16);
      expect(calls).toHaveLength(2);
      expect(tokenOf(source.signNow(MASTER))).toBe('t2');
    });

    test('a clock that is set back during the session changes nothing: time goes on', async () => {
      let wrong = 5 * HOURS * 1000;
      const { source, calls, reasons } = lab(folder(), { clock: () => Date.now() + wrong });
      await source.sign(MASTER);
      wrong = -60_000;
      await source.sign(MASTER);
      await advanceSeconds(400);
      expect(source.signNow(MASTER)).toBeDefined();
      await advanceSeconds(100);
      expect(reasons()).toEqual(['initial', 'expiring', 'expiring']);
      expect(calls.map(({ at }) => Math.round(at))).toEqual([0, 240, 480]);
    });

    test('a clock that is set back by less than has passed while nobody looked changes nothing', async () => {
      let wrong = 0;
      const { source } = lab(each(20), { clock: () => Date.now() + wrong, renewBefore: 0 });
      await source.sign(segment(1));
      await advanceSeconds(15);
      wrong = -10_000;
      await advanceSeconds(4);
      expect(source.signNow(segment(1))).toBeUndefined();
    });

    test('an edge without CORS headers, and a clock that is set back: a refusal is known as one', async () => {
      let wrong = 0;
      const { source } = lab(each(20), { clock: () => Date.now() + wrong });
      const request = await source.sign(segment(1));
      await advanceSeconds(10);
      expect(source.isRefusal(request, 0)).toBe(false);
      wrong = -HOURS * 1000;
      await advanceSeconds(10);
      expect(source.isRefusal(request, 0)).toBe(true);
      expect(tokenOf(await source.refused(request, 0))).toBe('t2');
    });

    test('a token that looked expired when it came has no negative margin once the clock is known', async () => {
      let told: number | undefined;
      const { source } = lab(
        ({ urls, index }) => ({
          now: told,
          tokens: urls.map((url) => ({ url, query: { st: `t${index}` }, expires: START + 100 })),
        }),
        { clock: () => Date.now() + HOURS * 1000, readAhead: 0 },
      );
      told = START + HOURS;
      await source.sign(segment(1)).catch(() => undefined);
      told = START;
      await source.sign(segment(2));
      await advanceSeconds(101);
      expect(source.signNow(segment(1))).toBeUndefined();
    });

    test('a call that takes long: the lifetime of its token counts from before the call was sent', async () => {
      // the token is made at once, but the answer takes 8 of its 20 s
      const { source, calls } = lab((call) => {
        const made = folder(20)(call);
        return after(8, () => made)(call);
      });
      watch(source.sign(MASTER));
      await advanceSeconds(8.1);
      expect(source.signNow(MASTER)).toBeDefined();
      await advanceSeconds(7);
      expect(calls).toHaveLength(2);
      await advanceSeconds(3);
      expect(source.signNow(MASTER)).toBeUndefined();
    });

    test('`getTokens` takes long and tells no time: the lifetime of its token counts from before the call', async () => {
      let calls = 0;
      const { source } = lab(folder(), {
        endpoint: undefined as never,
        getTokens: () => {
          calls++;
          const made = { prefix: FOLDER, expires: seconds() + 20, query: {} };
          return new Promise((resolve) => setTimeout(() => resolve(made), 8000));
        },
      });
      watch(source.sign(MASTER));
      await advanceSeconds(15.5);
      expect(calls).toBe(2);
    });

    test('calls that overlap: each tells the same time', async () => {
      const { source } = lab(after(1, each(20)), { renewBefore: 0, clock: () => Date.now() + 100_000 });
      for (let i = 0; i < 5; i++) {
        watch(source.sign(segment(i)));
        await advanceSeconds(0.1);
      }
      await advanceSeconds(1);
      watch(source.sign(segment(5)));
      await advanceSeconds(1);
      expect(source.signNow(segment(5))).toBeDefined();
      await advanceSeconds(16);
      expect(source.signNow(segment(5))).toBeDefined();
      await advanceSeconds(3);
      expect(source.signNow(segment(5))).toBeUndefined();
    });

    test('a token that took longer than it lives is tried: the edge judges better', async () => {
      const { source } = lab((call) => {
        const made = each(5)(call);
        return after(8, () => made)(call);
      });
      const seen = watch(source.sign(MASTER));
      await advanceSeconds(8);
      expect(tokenOf(seen.value)).toBe('t1');
    });

    test('a slow call never makes a token look younger', async () => {
      // made, and the clock read, at the end of the call: whether it spent 8 s on the way there or back nobody knows
      const { source } = lab(after(8, folder(20)), { renewBefore: 0 });
      watch(source.sign(MASTER));
      await advanceSeconds(8.1);
      expect(source.signNow(MASTER)).toBeDefined();
      await advanceSeconds(10);
      expect(source.signNow(MASTER)).toBeUndefined();
    });

    test('tokens in the page are judged by the local clock until the endpoint has told its own', async () => {
      const tokens = [{ prefix: FOLDER, query: { st: 'page' }, expires: START + 100 }];
      const fast = lab(folder(), { tokens, clock: () => Date.now() + 5 * HOURS * 1000 });
      expect(fast.source.signNow(MASTER)).toBeUndefined();
      expect(tokenOf(await fast.source.sign(MASTER))).toBe('t1');
      const slow = lab(folder(), { tokens, clock: () => Date.now() - 5 * HOURS * 1000 });
      expect(tokenOf(slow.source.signNow(MASTER))).toBe('page');
    });
  });
});

describe('ServerClock', () => {
  test.each([
    [1000, 0],
    [1001, 1.001],
  ])('a clock that is set back by %i ms, and then right again, has gained %d s', (backMs, gained) => {
    let wrong = 0;
    const clock = new ServerClock(() => Date.now() + wrong);
    const before = clock.sessionNow();
    wrong = -backMs;
    expect(clock.sessionNow()).toBeCloseTo(before, 6);
    wrong = 0;
    expect(clock.sessionNow() - before).toBeCloseTo(gained, 6);
  });

  test('where nobody tells the time, a token that looks expired when it comes is taken to live for a minute', () => {
    const clock = new ServerClock(() => Date.now() + HOURS * 1000);
    const expires = seconds() + 300;
    clock.correct(NaN, clock.sessionNow(), expires);
    expect(expires - clock.now()).toBeCloseTo(60, 6);
  });
});
