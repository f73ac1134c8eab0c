import { expect, test, vi } from 'vitest';
import { hlsOrDash } from 'secure-token-core/playlists';
import { createTokenSource } from '../../packages/core/src/index.ts';
import { asViewersHaveIt, dice, fakeTime, mean } from '../unit/core/lab.ts';
import { START, elapsed, seconds } from '../unit/core/lab-time.ts';
import { MEDIA, playlist, segment } from '../unit/core/lab-urls.ts';

vi.setConfig({ testTimeout: 120_000 });
fakeTime();
asViewersHaveIt();

const SIZE = 150;
const LIFETIME = 60;
const TIME = 150;

/** Counts the calls in each second of viewers of a live stream with a token a URL, who joined in one second. */
async function callsOfAudience(jitter: number): Promise<number[]> {
  const calls = new Array<number>(TIME).fill(0);
  const random = dice(7);
  for (let viewer = 0; viewer < SIZE; viewer++) {
    vi.setSystemTime((START + viewer / SIZE) * 1000);
    const source = createTokenSource({
      random,
      jitter,
      getTokens: async ({ urls }) => {
        calls[Math.floor(elapsed())]!++;
        return urls.map((url) => ({ url, query: { st: 'a' }, expires: seconds() + LIFETIME }));
      },
    });
    await source.sign(MEDIA);
    for (let last = 6; elapsed() < TIME - 5; last++) {
      source.signNow(MEDIA);
      source.learn(MEDIA, hlsOrDash(playlist(last - 5, last, false)));
      if (!source.signNow(segment(last))) await source.sign(segment(last));
      for (let step = 0; step < 8; step++) {
        vi.advanceTimersByTime(500);
        for (let i = 0; i < 12; i++) await Promise.resolve();
      }
    }
    source.destroy();
    vi.clearAllTimers();
  }
  return calls.slice(2, TIME - 5);
}

test(`${SIZE} viewers of a live stream who joined in one second: no second is three times as busy as the mean`, async () => {
  const calls = await callsOfAudience(0.3);
  expect(mean(calls), 'calls a second').toBeLessThan(SIZE / 10);
  expect(Math.max(...calls)).toBeLessThan(3 * mean(calls));
});

test('without jitter they all call in one second or two', async () => {
  expect(Math.max(...(await callsOfAudience(0)))).toBeGreaterThan(SIZE / 3);
});
