import { describe, expect, test, vi } from 'vitest';
import { createTokenSource } from '../../packages/core/src/index.ts';
import { FOLDER, MASTER, START, elapsed, fakeTime, seconds } from '../unit/core/lab.ts';

vi.setConfig({ testTimeout: 60_000 });
fakeTime();

/** The same numbers in every run. */
const dice = (seed: number) => (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;

/** When each of `size` viewers who joined in one second renews for the first time: one viewer after the other, for speed. */
async function audience(size: number, lifetime: number, jitter = 0.5): Promise<number[]> {
  const renewals: number[] = [];
  const random = dice(42);
  for (let viewer = 1; viewer <= size; viewer++) {
    vi.setSystemTime(START * 1000);
    const source = createTokenSource({
      random,
      jitter,
      getTokens: async ({ reason }) => {
        if (reason !== 'initial') renewals.push(elapsed());
        return { prefix: FOLDER, query: { st: 'x' }, expires: seconds() + lifetime };
      },
    });
    await source.sign(MASTER);
    while (renewals.length < viewer && vi.getTimerCount()) {
      vi.advanceTimersToNextTimer();
      for (let i = 0; i < 8; i++) await Promise.resolve();
    }
    source.destroy();
  }
  return renewals.sort((a, b) => a - b);
}

const busiestSecond = (times: number[]): number => {
  const count = new Map<number, number>();
  for (const time of times) count.set(Math.floor(time), (count.get(Math.floor(time)) ?? 0) + 1);
  return Math.max(...count.values());
};

describe('an audience that joined in one second', () => {
  test('1,000 viewers, tokens of 300 s: they come back over 30 s', async () => {
    const renewals = await audience(1000, 300);
    expect(renewals).toHaveLength(1000);
    expect(renewals[0]).toBeGreaterThanOrEqual(210);
    expect(renewals.at(-1)).toBeLessThanOrEqual(241);
    expect(renewals.at(-1)! - renewals[0]!).toBeGreaterThanOrEqual(29);
    expect(busiestSecond(renewals)).toBeLessThan(60);
    // evenly: every tenth of them has its share
    for (let i = 0; i < 10; i++) expect(renewals.filter((time) => time >= 210 + 3 * i && time < 213 + 3 * i).length).toBeGreaterThan(60);
  });

  test('1,000 viewers, tokens of 20 s', async () => {
    const renewals = await audience(1000, 20);
    expect(renewals).toHaveLength(1000);
    expect(renewals.at(-1)).toBeLessThanOrEqual(16);
    expect(renewals.at(-1)! - renewals[0]!).toBeGreaterThanOrEqual(2);
  });

  test('without jitter they would all come back in one second', async () => {
    expect(busiestSecond(await audience(1000, 300, 0))).toBe(1000);
  });
});
