import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tab } from '../support/engines.ts';
import { engines } from '../support/engines.ts';
import { hasNginx } from '../support/media-nginx.ts';
import type { MediaStage } from '../support/media-stage.ts';
import { startMediaStage } from '../support/media-stage.ts';

/** Seconds to seek to, back and forth over ten minutes. */
const SEEKS = [100, 300, 150, 450, 50, 500, 200, 580, 10, 350, 120, 420, 60, 530, 250, 400, 30, 560, 180, 320];

interface Result {
  errors: number;
  swaps: unknown[];
  landed: number[];
  via: string;
  moved: number;
}

describe.runIf(hasNginx)('MP4 through the token worker', () => {
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
        await stage.reset();
        ({ tab, close } = await engine.open());
        await tab.goto(stage.origin);
      });
      afterAll(() => close());

      it('seeks twenty times in a minute with tokens of five seconds: no refusal, no error, no swap', async () => {
        // WebKitGTK jumps to the end when it seeks in what it thinks is on its way, with or without a worker
        await stage.nginx.configure({ rate: engine.name === 'webkit' ? 20_000_000 : 500_000 });
        const result = await tab.run<Result>(
          `const worker = follow(await SecureTokenWorker.registerTokenWorker('/token-worker.js', { endpoint: '/token', protect: args.origin }));
          if (!worker.controls) throw new Error('no controller');
          const secure = follow(await SecureTokenProgressive.secureVideo(video, args.url, '/token'));
          await video.play();
          const landed = [];
          for (const time of args.seeks) {
            await sleep(2500);
            video.currentTime = time;
            landed.push(await until(() => !video.seeking && video.readyState > 2 && video.currentTime > time - 0.2));
          }
          const before = video.currentTime;
          await sleep(2000);
          return { errors: seen.errors, swaps: seen.swaps, landed, via: secure.via, moved: video.currentTime - before };`,
          { url: stage.url('film.mp4'), origin: `${stage.nginx.origin}/`, seeks: SEEKS },
        );
        const sorted = result.landed.sort((a, b) => a - b).map(Math.round);
        console.log(`${engine.name}, worker: seeks ${sorted[10]} ms median, ${sorted.at(-1)} ms worst; ${stage.signer.calls.length} calls; ${sorted.join(' ')}`);
        expect(result).toMatchObject({ errors: 0, swaps: [], via: 'worker' });
        expect(sorted[0]).toBeGreaterThanOrEqual(0);
        expect(result.moved).toBeGreaterThan(1);
        expect(stage.refusals()).toBe(0);
      });
    });
  }
});
