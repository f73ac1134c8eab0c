import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tab } from '../support/engines.ts';
import { engines } from '../support/engines.ts';
import { hasNginx } from '../support/media-nginx.ts';
import type { MediaStage } from '../support/media-stage.ts';
import { startMediaStage } from '../support/media-stage.ts';

/** Seconds to seek to, back and forth over ten minutes, each outside of what is buffered. */
const SEEKS = [100, 300, 150, 450, 50, 500, 200, 580];
const FRAME = 0.1;

interface Result {
  errors: number;
  swaps: { reason: string; gap: number }[];
  landed: number[];
  offsets: number[];
  via: string;
  state: unknown[];
}

describe.runIf(hasNginx)('MP4 by changing the source', () => {
  let stage: MediaStage;
  beforeAll(async () => {
    stage = await startMediaStage();
  });
  afterAll(() => stage.stop());

  for (const engine of engines) {
    describe.runIf(engine.isInstalled)(engine.name, () => {
      let tab: Tab;
      let close: () => Promise<void>;
      beforeAll(async () => {
        ({ tab, close } = await engine.open());
      });
      afterAll(() => close());

      it('seeks with tokens of five seconds: no error, to the frame, everything as it was', async () => {
        await stage.reset();
        await stage.nginx.configure({ rate: engine.name === 'webkit' ? 20_000_000 : 1_000_000 });
        await tab.goto(stage.origin);
        const result = await tab.run<Result>(
          `const secure = follow(await SecureTokenProgressive.secureVideo(video, args.url, '/token'));
          const track = video.addTextTrack('subtitles', 'words', 'en');
          track.mode = 'hidden';
          await video.play();
          Object.assign(video, { playbackRate: 1.5, volume: 0.25, loop: true });
          video.muted = true;
          const { preload } = video;
          const landed = [], offsets = [];
          for (const time of args.seeks) {
            await sleep(5500);
            video.pause();
            await sleep(100);
            video.currentTime = time;
            landed.push(await until(() => !video.seeking && video.readyState > 1 && video.currentTime > 0));
            offsets.push(Math.abs(video.currentTime - time));
            await video.play();
          }
          await sleep(1000);
          return {
            errors: seen.errors, swaps: seen.swaps, landed, offsets, via: secure.via,
            state: [video.playbackRate, video.defaultPlaybackRate, video.volume, video.muted, video.loop, video.paused, video.preload === preload, track.mode, video.hasAttribute('playsinline')],
          };`,
          { url: stage.url('film.mp4'), seeks: SEEKS },
        );
        const gaps = result.swaps.map(({ gap }) => Math.round(gap * 1000)).sort((a, b) => a - b);
        console.log(`${engine.name}, swaps: ${gaps.length}, gap ${gaps[gaps.length >> 1]} ms median, ${gaps.at(-1)} ms worst; ${JSON.stringify(result)}`);
        expect(result).toMatchObject({ errors: 0, via: 'swap' });
        expect(result.state).toEqual([1.5, 1, 0.25, true, true, false, true, 'hidden', true]);
        expect(Math.min(...result.landed)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...result.offsets)).toBeLessThan(FRAME);
        expect(result.swaps.length).toBeGreaterThanOrEqual(engine.name === 'webkit' ? 0 : 6);
      });
    });
  }
});
