import { writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { createTokenSource } from '../../packages/core/src/index.ts';
import { asViewersHaveIt, dice, fakeTime, mean } from '../unit/core/lab.ts';
import { START, elapsed, seconds } from '../unit/core/lab-time.ts';
import { FOLDER, MASTER, segment } from '../unit/core/lab-urls.ts';

const SIZE = 350;
vi.setConfig({ testTimeout: 300_000 });
fakeTime();
asViewersHaveIt();

interface Outage {
  readonly from: number;
  readonly to: number;
  readonly fail: () => unknown;
}

interface Audience {
  readonly lifetime?: number;
  readonly time: number;
  readonly jitter?: number;
  readonly outage?: Outage;
  readonly size?: number;
  /** Whether a request may wait for longer than half a second. @default during and after an outage */
  readonly isNoticed?: boolean;
}

/** A player has begun to load a segment, and waits through an outage. */
async function load(source: ReturnType<typeof createTokenSource>, url: string): Promise<void> {
  // it ends with the source
  await source.sign(url, { patient: true }).catch(() => undefined);
}

/**
 * Counts the viewers who get tokens in each second after an audience has joined in one, while they play for `time`
 * seconds.
 */
async function audience({
  lifetime = 60,
  time,
  jitter,
  outage,
  size = SIZE,
  isNoticed = !!outage,
}: Audience): Promise<number[]> {
  const calls = new Array<number>(time).fill(0);
  const random = dice(42);
  // one viewer after the other, for speed
  for (let viewer = 0; viewer < size; viewer++) {
    vi.setSystemTime((START + viewer / size) * 1000);
    const source = createTokenSource({
      random,
      ...(jitter !== undefined && { jitter }),
      getTokens: async ({ reason }) => {
        const now = elapsed();
        if (outage && now >= outage.from && now < outage.to) throw outage.fail();
        if (reason !== 'initial') calls[Math.floor(now)]!++;
        return { prefix: FOLDER, query: { st: `${now}` }, expires: seconds() + lifetime };
      },
    });
    await source.sign(MASTER);
    let isLoading = false;
    for (let n = 0; elapsed() < time - 5; n++) {
      if (!isLoading) {
        isLoading = true;
        void load(source, segment(n)).then(() => {
          isLoading = false;
        });
      }
      // half a second, four seconds long
      for (let step = 0; step < 8; step++) {
        vi.advanceTimersByTime(500);
        for (let i = 0; i < 12; i++) await Promise.resolve();
        if (!isNoticed) expect(isLoading, `viewer ${viewer} waits at ${elapsed()} s`).toBe(false);
      }
    }
    source.destroy();
    vi.clearAllTimers();
  }
  return calls.slice(0, time - 5);
}

describe('an audience that joined in one second', () => {
  test(`${SIZE} viewers, tokens of 60 s: no second is three times as busy as the mean`, async () => {
    const calls = (await audience({ time: 300 })).slice(1);
    expect(Math.max(...calls) / mean(calls)).toBeLessThan(3);
  });

  test('without jitter they all come back in one second or two', async () => {
    expect(Math.max(...(await audience({ time: 120, jitter: 0, size: 200 })))).toBeGreaterThan(90);
  });
});

test('an outage of five seconds is noticed by nobody', async () => {
  const outage: Outage = { from: 180, to: 185, fail: () => new TypeError('network') };
  expect(await audience({ time: 240, outage, size: 200, isNoticed: false })).toHaveLength(235);
});

// for `npm run bench`
const curveFile = process.env.LOAD_CURVE;
if (curveFile) {
  test('load curve', async () => {
    const size = 700;
    const spread = await audience({ time: 305, size });
    const together = await audience({ time: 305, size, jitter: 0 });
    writeFileSync(curveFile, JSON.stringify({ viewers: size, spread, together }));
  });
}
