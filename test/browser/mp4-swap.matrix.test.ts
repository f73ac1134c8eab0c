import { expect } from 'vitest';
import { describeMedia } from '../support/media-test.ts';
import { runsRest } from '../support/parts.ts';

/** Seconds to seek to, back and forth over ten minutes, each outside of what is buffered. */
const SEEKS = [100, 300, 150, 450];
/** Seconds that one frame lasts. */
const FRAME = 1 / 15;

interface Result {
  shownErrors: string[];
  mediaErrors: string[];
  failures: string[];
  swaps: { reason: string; gap: number }[];
  offsets: number[];
  via: string;
  state: unknown[];
}

describeMedia('MP4 by changing the source', (engine, it) => {
  it('seeks with tokens of five seconds: no error, to the frame, everything as it was', async ({ stage, tab }) => {
    const seeks = SEEKS.slice(0, runsRest ? 4 : 3);
    stage.network.rate = 1_000_000;
    const result = await tab.run<Result>(
      `const secure = follow(await SecureTokenProgressive.secureVideo(video, args.url, '/token'));
      const track = video.addTextTrack('subtitles', 'words', 'en');
      track.mode = 'hidden';
      await start();
      Object.assign(video, { playbackRate: 1.5, volume: 0.25, loop: true, muted: true });
      const { preload } = video;
      const offsets = [];
      for (const time of args.seeks) {
        await sleep(5500); // the token dies
        video.pause();
        await sleep(100);
        await seek(time);
        offsets.push(Math.abs(video.currentTime - time));
        await start();
      }
      await moves(1);
      return {
        ...seen, offsets, via: secure.via,
        state: [
          video.playbackRate, video.defaultPlaybackRate, video.volume, video.muted, video.loop, video.paused,
          video.preload === preload, track.mode, video.hasAttribute('playsinline'),
        ],
      };`,
      { url: stage.url('film.mp4'), seeks },
    );
    const gaps = result.swaps.map(({ gap }) => Math.round(gap * 1000)).sort((a, b) => a - b);
    console.log(
      `${engine.name}: ${gaps.length} swaps, gap ${gaps[gaps.length >> 1]} ms median, ${gaps.at(-1)} ms worst`,
    );
    // what is hidden from the page says why, where something is not
    const { shownErrors, mediaErrors, failures } = result;
    expect(shownErrors, `${mediaErrors.join('; ')} ${failures.join()}`).toEqual([]);
    expect(result.via).toBe('swap');
    // WebKitGTK unmutes whenever a rate is set, also without us
    const muted = engine.name !== 'webkit';
    expect(result.state).toEqual([1.5, 1, 0.25, muted, true, false, true, 'hidden', true]);
    expect(Math.max(...result.offsets)).toBeLessThan(FRAME);
    expect(result.swaps.length).toBeGreaterThanOrEqual(seeks.length - 1);
  });
});

// Chromium asks a refusing edge again for minutes before it fails, and is given another source long before
describeMedia(
  'MP4 that has failed',
  (_, it) => {
    it.for([
      ['at once', 0],
      ['while a token is fetched', 100],
      ['while the next source loads', 500],
    ] as const)('goes where the viewer seeks to %s', async ([, wait], { stage, tab }) => {
      stage.network.rate = 1_000_000;
      stage.signer.ttl = 20;
      await tab.run(
        `window.secure = follow(await SecureTokenProgressive.secureVideo(video, args, '/token'));
        await start();
        await moves(1);`,
        stage.url('film.mp4'),
      );
      await stage.setSecret('second');
      Object.assign(stage.signer, { secret: 'second', delay: 0.3 });
      const result = await tab.run(
        `const failed = new Promise((resolve) => addEventListener('error', resolve, { capture: true, once: true }));
        video.currentTime = 300;
        await failed;
        await sleep(args);
        video.currentTime = 100;
        const shown = video.currentTime;
        await until(() => seen.swaps.length);
        await moves(1);
        const at = Math.floor(video.currentTime / 50);
        return { shown, errors: seen.errors, at, isOwn: Object.hasOwn(video, 'currentTime') };`,
        wait,
      );
      expect(result).toEqual({ shown: 100, errors: 0, at: 2, isOwn: false });
    });
  },
  { without: 'chromium' },
);
