import { describe, expect, test, vi } from 'vitest';
import { createTokenSource } from '../../packages/core/src/index.ts';
import { asViewersHaveIt, dice, fakeTime } from '../unit/core/lab.ts';
import { START, elapsed, seconds } from '../unit/core/lab-time.ts';
import { FOLDER, segment } from '../unit/core/lab-urls.ts';

const LIFETIME = 60;
/** Seconds for which the audience is watched after the endpoint is back. */
const SECONDS_AFTER = 15;

fakeTime();
asViewersHaveIt();

interface Outage {
  readonly from: number;
  readonly to: number;
  readonly fail: () => Error & { headers?: Headers };
}

/** Seconds for which a viewer's token lives when the run begins; `undefined`: the page has just been opened. */
type FirstToken = (random: number) => number | undefined;

/** Returns lifetimes as a renewal ahead of use leaves them. */
const ofAnyAge: FirstToken = (random) => LIFETIME * (0.4 + 0.6 * random);
const ofOneSecond: FirstToken = (random) => 30 + random;
const none: FirstToken = () => undefined;

interface Return {
  /** Calls that came before the moment which a `Retry-After` had named to this viewer. */
  readonly early: number;
  /** Seconds for which requests waited that had no token when the endpoint was back, the longest last. */
  readonly waits: readonly number[];
}

/** Lets an audience that plays come back after an outage. */
async function returnAfter(viewers: number, outage: Outage, first: FirstToken): Promise<Return> {
  let early = 0;
  const waits: number[] = [];
  const random = dice(42);
  vi.spyOn(Math, 'random').mockImplementation(random);
  // one viewer after the other, for speed
  for (let viewer = 0; viewer < viewers; viewer++) {
    vi.setSystemTime(START * 1000);
    let retryAt = 0;
    const rest = first(random());
    const source = createTokenSource({
      random,
      protect: FOLDER,
      tokens: rest === undefined ? [] : [{ prefix: FOLDER, query: { st: 'a' }, expires: START + rest }],
      getTokens: async () => {
        const now = elapsed();
        if (now < retryAt - 0.001) early++;
        if (now >= outage.from && now < outage.to) {
          const failure = outage.fail();
          retryAt = now + Number(failure.headers?.get('retry-after') ?? 0);
          throw failure;
        }
        return { prefix: FOLDER, query: { st: 'b' }, expires: seconds() + LIFETIME };
      },
    });
    let isLoading = false;
    let next = random() * 4;
    for (let n = 0; elapsed() < outage.to + SECONDS_AFTER; n++) {
      if (elapsed() >= next && !isLoading) {
        isLoading = true;
        next = elapsed() + 4;
        const url = segment(n);
        const since = elapsed();
        const got = (): void => {
          isLoading = false;
          if (since < outage.to && elapsed() > outage.to) waits.push(elapsed() - outage.to);
        };
        // it ends with the source
        source.sign(url, { patient: true }).then(got, () => undefined);
      }
      vi.advanceTimersByTime(250);
      for (let i = 0; i < 8; i++) await Promise.resolve();
    }
    source.destroy();
    vi.clearAllTimers();
  }
  return { early, waits: waits.sort((a, b) => a - b) };
}

const network = (): TypeError => new TypeError('network');
const status = (code: number, retryAfter: (now: number) => number) => (): Error & { headers: Headers } =>
  Object.assign(Error('no'), { status: code, headers: new Headers({ 'retry-after': `${retryAfter(elapsed())}` }) });
const named = (to: number): Outage['fail'] => status(429, (now) => Math.ceil(to - now));

/** Tests how many of those who wait call in the busiest second after an outage, and how long they wait for a picture. */
export function describeReturn(viewers: number): void {
  vi.setConfig({ testTimeout: 60_000 + viewers * 100 });
  // chance alone makes seconds differ by 0.34 % of 10,000 viewers, by 1.3 % of 700
  const chance = viewers < 5000 ? 0.02 : 0;

  describe(`${viewers} viewers come back after an outage of the signing endpoint`, () => {
    const rows: [string, Outage, FirstToken, number][] = [
      ['40 s without a network', { from: 2, to: 42, fail: network }, ofAnyAge, 0.25],
      ['120 s without a network', { from: 2, to: 122, fail: network }, ofAnyAge, 0.22],
      ['40 s of 503 with Retry-After: 5', { from: 2, to: 42, fail: status(503, () => 5) }, ofAnyAge, 0.15],
      ['40 s of 429 which name the second of its end to all', { from: 2, to: 42, fail: named(42) }, ofAnyAge, 0.15],
      ['20 s; all tokens end in one second of it', { from: 12, to: 32, fail: network }, ofOneSecond, 0.25],
      ['10 s; all have opened the page in one second', { from: 0, to: 10, fail: network }, none, 0.25],
    ];
    // by day, a network that comes back, and the worst
    test.each(viewers < 5000 ? [rows[0]!, rows[4]!] : rows)(
      '%s: how many of them call in the busiest second',
      async (name, outage, first, limit) => {
        const { early, waits } = await returnAfter(viewers, outage, first);
        const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
        const longest = outage.to - outage.from > 60 ? 10 : 4.6;
        const busiest = Math.max(...waits.map((from) => waits.filter((it) => it >= from && it < from + 1).length));
        expect(busiest / waits.length, 'the share of those who wait').toBeLessThan(limit + chance);
        expect(early, 'calls before the time that Retry-After names').toBe(0);
        expect(waits.length).toBeGreaterThan(viewers / 10);
        if (!name.includes('Retry-After') && !name.includes('429')) {
          // time passes in steps of a quarter of a second, and a try takes some of them
          expect(waits.at(-1), 'the longest wait for a token').toBeLessThan(longest + 4 * 0.25);
          expect(mean, 'the mean wait for a token').toBeLessThan(longest * 0.6);
        }
      },
    );
  });
}
