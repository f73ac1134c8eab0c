import type { HlsVersion } from './page.ts';
import type { Snapshot } from './player.ts';
import type { Stage } from './stage.ts';

// so that there is always something left to ask for
const config = { maxBufferLength: 4, maxMaxBufferLength: 4 };

/**
 * A viewer who seeks sixty times, faster than anything can be loaded; what is seen once the film plays on where he
 * stops.
 */
export async function seekStorm(stage: Stage, hls: HlsVersion, path: string): Promise<Snapshot> {
  const player = await stage.open('exact', path, { config, hls });
  await player.play();
  for (let seek = 0; seek < 60; seek++) {
    await player.page.evaluate((to) => (window.video.currentTime = to), (seek * 173) % 590);
    await player.page.waitForTimeout(40 + (seek % 5) * 30);
  }
  await player.page.evaluate(() => (window.video.currentTime = 312));
  const seen = await player.until(({ currentTime }) => currentTime > 314 && currentTime < 320);
  await player.close();
  return seen;
}
