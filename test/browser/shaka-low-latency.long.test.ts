import { test } from 'vitest';
import type { ShakaVersion } from '../support/shaka-player.ts';
import { openShaka } from '../support/shaka-player.ts';
import { stageFor } from '../support/stage.ts';

// With low latency the live window has a second or two: a busy machine leaves holes of its own.
test.concurrent.for<ShakaVersion>(['5.2', '4.16', '4.11'])(
  'a live stream read in chunks, every third request of which is refused with a text, has no hole: Shaka %s',
  async (version, context) => {
    const { expect } = context;
    const stage = await stageFor(context, {
      edge: { refuseEvery: 3, refusalBody: 'You may not watch this.' },
      signer: { ttl: 5 },
      nginx: false,
    });
    // a switch to another rendition would abort what Shaka has asked for ahead
    const config = { streaming: { lowLatencyMode: true }, abr: { enabled: false } };
    const player = await openShaka(stage, 'exact', { path: 'dashlive/chunked.mpd', version, config });
    await player.play();
    const { currentTime: from } = await player.snapshot();
    const seen = await player.until(({ currentTime }) => currentTime > from + 12);
    expect(seen).toMatchObject({ leaks: [], rejections: [], pageErrors: [], loadError: undefined, paused: false });
    // with low latency, Shaka asks for one segment more than a period has
    expect(seen.failedDownloads.filter((url) => !url.endsWith('-11.m4s'))).toEqual([]);
    const parts = await player.page.evaluate(() => document.querySelector('video')!.buffered.length);
    expect(parts, 'buffered in one piece').toBe(1);
    expect(stage.edge.refusals().filter(({ url }) => url.includes('.m4s')).length).toBeGreaterThan(1);
  },
);
