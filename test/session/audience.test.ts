import { describe, expect, test, vi } from 'vitest';
import { createTokenSource } from '../../packages/core/src/index.ts';
import { FOLDER, MASTER, START, elapsed, fakeTime, seconds, segment } from '../unit/core/lab.ts';

vi.setConfig({ testTimeout: 60_000 });
fakeTime();

/** The same numbers in every run. */
const dice = (seed: number) => (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;

/**
 * The seconds in which `size` viewers who joined in one second ask for tokens after that, while they play for `time`
 * seconds.
 */
async function audience(size: number, lifetime: number, time: number, jitter?: number): Promise<number[]> {
  const calls = new Array<number>(time).fill(0);
  const random = dice(42);
  // one viewer after the other, for speed
  for (let viewer = 0; viewer < size; viewer++) {
    const joined = viewer / size;
    vi.setSystemTime((START + joined) * 1000);
    const source = createTokenSource({
      random,
      ...(jitter !== undefined && { jitter }),
      getTokens: async ({ reason }) => {
        if (reason !== 'initial') calls[Math.floor(elapsed())]!++;
        return { prefix: FOLDER, query: { st: `${elapsed()}` }, expires: seconds() + lifetime };
      },
    });
    await source.sign(MASTER);
    for (let n = 0; elapsed() < time - 5; n++) {
      expect(source.peek(segment(n)), `viewer ${viewer} at ${elapsed()} s`).toBeDefined();
      for (let second = 0; second < 4; second++) {
        vi.advanceTimersByTime(1000);
        for (let i = 0; i < 6; i++) await Promise.resolve();
      }
    }
    source.destroy();
  }
  return calls.slice(0, time - 5);
}

const mean = (counts: number[]): number => counts.reduce((sum, count) => sum + count, 0) / counts.length;

describe('an audience that joined in one second', () => {
  test('1,000 viewers, tokens of 60 s: no second is three times as busy as the mean', async () => {
    const calls = await audience(1000, 60, 300);
    expect(Math.max(...calls) / mean(calls)).toBeLessThan(3);
  });

  test('without jitter they all come back in one second or two', async () => {
    expect(Math.max(...(await audience(200, 60, 120, 0)))).toBeGreaterThan(90);
  });
});
