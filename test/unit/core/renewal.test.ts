import { describe, expect, test, vi } from 'vitest';
import type { TokenSourceOptions } from '../../../packages/core/src/index.ts';
import { isStillPlayed, renewalTimes, rhythmAfter } from '../../../packages/core/src/tokens/renewal.ts';
import { MASTER, fakeTime, folder, lab, advanceSeconds } from './lab.ts';

fakeTime();

/** Returns when the first renewal of a token of `lifetime` seconds goes out. */
async function renewalOf(lifetime: number, options: Partial<TokenSourceOptions> = {}): Promise<number | undefined> {
  const { source, calls } = lab(folder(lifetime), options);
  await source.sign(MASTER);
  await advanceSeconds(lifetime + 1);
  return calls[1]?.at;
}

describe('isStillPlayed', () => {
  const lifetime = 300;

  test('after one request nobody knows', () => {
    expect(isStillPlayed({ lastAt: 0, interval: undefined }, lifetime, 10_000)).toBe(true);
  });

  test.each([
    [149, true],
    [150, false],
  ])('requests every ten seconds, the last one %s s ago: for half of the lifetime', (now, expected) => {
    expect(isStillPlayed({ lastAt: 0, interval: 10 }, lifetime, now)).toBe(expected);
  });

  test.each([
    [299, true],
    [300, false],
  ])('requests every hundred seconds, the last one %s s ago: for three times as long', (now, expected) => {
    expect(isStillPlayed({ lastAt: 0, interval: 100 }, lifetime, now)).toBe(expected);
  });

  test.each([
    [149, true],
    [150, false],
  ])('who renews early must not keep what was left: a request would have to come by %s s', (by, expected) => {
    expect(isStillPlayed({ lastAt: 0, interval: 10 }, lifetime, 100, by)).toBe(expected);
  });
});

describe('renewalTimes', () => {
  test.each([
    [6 * 3600, 2],
    [300, 2],
    [20, 2],
    // a tenth of what is shorter
    [10, 1],
    [4, 0.4],
  ])('on its way to the edge: a token of %i s is used until %f s before its end', (lifetime, margin) => {
    const { unusableAt } = renewalTimes(1000 + lifetime, 1000, { jitter: 0 }, 0);
    expect(1000 + lifetime - unusableAt).toBeCloseTo(margin, 6);
  });
});

describe('renewalTimes with an edge that renews', () => {
  const policy = { jitter: 0.3, adopt: 'x' };

  test.each([
    // lifetime, seconds before the end: earliest, latest
    [300, 30, 15],
    [100, 30, 15],
    // a share of what is shorter
    [40, 22, 10],
    [20, 11, 5],
  ])('the edge goes first: a token of %i s is asked for between %i and %i s before its end', (lifetime, from, to) => {
    const aheadFor = (random: number): number =>
      1000 + lifetime - renewalTimes(1000 + lifetime, 1000, policy, random).renewAt;
    expect([aheadFor(1), aheadFor(0)]).toEqual([from, to]);
  });

  test('an app that says when is followed', () => {
    expect(1300 - renewalTimes(1300, 1000, { ...policy, renewBefore: 100 }, 0).renewAt).toBe(100);
  });
});

describe('rhythmAfter', () => {
  test.each([
    [0.99, undefined],
    [1, 1],
    [6, 6],
  ])('a second request %f s after the first: an interval of %s', (gap, interval) => {
    const first = rhythmAfter(undefined, 100);
    expect(rhythmAfter(first, 100 + gap)).toEqual({ lastAt: 100 + gap, interval });
  });

  test.each([
    // longer ones count at once
    [10, 10],
    // shorter ones by a quarter
    [2, 5],
    [0.5, 6],
  ])('an interval of 6 s, then a request after %f s: %f s', (gap, interval) => {
    expect(rhythmAfter({ lastAt: 100, interval: 6 }, 100 + gap).interval).toBe(interval);
  });
});

describe('createTokenSource', () => {
  describe('the renewal window', () => {
    test.each([
      [4, 3],
      [20, 15],
      [100, 75],
      [240, 180],
      [300, 240],
      [6 * 3600, 6 * 3600 - 60],
    ])('a token of %i s is renewed after %i s', async (lifetime, at) => {
      expect(await renewalOf(lifetime)).toBeCloseTo(at, 1);
    });

    test.each([
      [300, 10, 290],
      [300, 120, 180],
      [3600, 600, 3000],
    ])('lifetime %i s, renewBefore %i s: after %i s', async (lifetime, renewBefore, at) => {
      expect(await renewalOf(lifetime, { renewBefore })).toBeCloseTo(at, 1);
    });

    test('renewBefore beyond the lifetime does not renew without end', async () => {
      expect(await renewalOf(40, { renewBefore: 60 })).toBeCloseTo(10, 1);
    });

    test('renewBefore 0: on use only', async () => {
      expect(await renewalOf(30, { renewBefore: 0 })).toBeUndefined();
    });

    test.each([
      [0.3, 0, 240],
      [0.3, 1, 150],
      [0.3, 0.5, 195],
      [0, 1, 240],
      // never in the first quarter of its life
      [1, 1, 75],
    ])('jitter is a share of the lifetime: %f, random %f: after %i s', async (jitter, random, at) => {
      expect(await renewalOf(300, { jitter, random: () => random })).toBeCloseTo(at, 1);
    });

    test('jitter is 0.3 unless told otherwise', async () => {
      expect(await renewalOf(300, { jitter: undefined as never, random: () => 1 })).toBeCloseTo(150, 1);
    });

    test('jitter is drawn anew for each token: an audience does not stay together', async () => {
      const draws = [0, 1, 0.5];
      const { source, calls } = lab(folder(), { jitter: 0.2, random: () => draws.shift() ?? 0 });
      for (let i = 0; i < 70; i++) {
        await source.sign(MASTER);
        await advanceSeconds(10);
      }
      expect(calls.slice(0, 4).map(({ at }) => Math.round(at / 10) * 10)).toEqual([0, 240, 420, 630]);
    });

    test('setTimeout is never asked for more than it can do', async () => {
      const timeout = vi.spyOn(globalThis, 'setTimeout');
      const { source, calls } = lab(folder(100 * 86_400), { timeout: 1e6, retry: { backoffLimit: 1e6 } });
      await source.sign(MASTER);
      await advanceSeconds(600);
      expect(calls).toHaveLength(1);
      expect(timeout.mock.calls.length).toBeGreaterThan(100);
      for (const [, ms] of timeout.mock.calls) expect(ms).toBeLessThanOrEqual(2 ** 31 - 1);
    });

    test('the timer that renews is never longer than 5 s, and never spins', async () => {
      const { source } = lab();
      await source.sign(MASTER);
      const timeout = vi.spyOn(globalThis, 'setTimeout');
      await advanceSeconds(230);
      for (const [, ms] of timeout.mock.calls) {
        expect(ms).toBeLessThanOrEqual(5000);
        expect(ms).toBeGreaterThanOrEqual(100);
      }
      expect(timeout.mock.calls.length).toBeLessThan(250);
      expect(vi.getTimerCount()).toBe(1);
    });

    test('a token for ever', async () => {
      const { source, calls } = lab(folder(1e9));
      await source.sign(MASTER);
      await advanceSeconds(3600);
      expect(calls).toHaveLength(1);
    });
  });
});
