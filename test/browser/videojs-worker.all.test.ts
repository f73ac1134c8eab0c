import { describe } from 'vitest';
import type { MediaFixtures } from '../support/media-test.ts';
import { mediaTest } from '../support/media-test.ts';
import { TRANSIT } from '../support/signer.ts';

/**
 * Runs in a page with Video.js that the token worker controls; `args` is what it gets besides the URLs of the stage.
 */
type Act = <T>(body: string, args?: object) => Promise<T>;

const it = mediaTest.extend<{ act: Act }>({
  act: async ({ page, run, stage }: MediaFixtures, use) => {
    stage.signer.transit = TRANSIT;
    stage.network.rate = 500_000;
    await page.goto(`${stage.origin}/films/`);
    for (const path of [
      'node_modules/video.js/dist/video.min.js',
      'packages/videojs/dist/videojs-secure-token.min.js',
    ]) {
      await page.addScriptTag({ path });
    }
    const act: Act = (body, args = {}) => run(body, { url: stage.url('film.mp4'), edge: `${stage.edge}/`, ...args });
    await act(`const settings = { endpoint: '/token', protect: args.edge };
      window.worker = await SecureTokenWorker.registerTokenWorker('/token-worker.js', settings);
      await until(() => worker.controls);`);
    await use(act);
  },
});

describe.concurrent('a native source of Video.js behind the token worker (Chromium)', { tags: ['nginx'] }, () => {
  /** A player that counts what the element and Video.js tell of another source. */
  const play = `video.className = 'video-js';
    seen.loads = [];
    window.sources = new Set();
    for (const type of ['emptied', 'loadstart']) video.addEventListener(type, () => seen.loads.push(type));
    const observer = new MutationObserver(() => sources.add(video.getAttribute('src')));
    observer.observe(video, { attributes: true, attributeFilter: ['src'] });
    window.player = videojs(video, {
      ...args.options,
      enableSourceset: true,
      plugins: { secureToken: '/token' },
      sources: [{ src: args.url, type: 'video/mp4' }],
    });
    player.on('sourceset', ({ src }) => sources.add(src));
    player.on('error', () => seen.errors++);
    await until(() => video.readyState > 2);
    await player.play();
    seen.loads.length = 0;`;
  const seeks = `for (const time of args.times) {
      await sleep(2500);
      player.currentTime(time);
      const hasSought = () => !video.seeking && video.readyState > 2 && Math.abs(video.currentTime - time) < 2;
      await until(hasSought, 'seek to ' + time);
    }
    await moves(1);
    return { errors: seen.errors, loads: seen.loads, sources: [...sources], src: video.src, error: player.error() };`;

  it.for([{}, { crossOrigin: 'anonymous' }])(
    'keeps its plain URL: seeks past expiry, no change of source, no refusal: %o',
    async (options, { act, expect, stage }) => {
      const result = await act(play + seeks, { options, times: [100, 300, 150, 450, 50] });
      expect(result).toEqual({
        errors: 0,
        loads: [],
        sources: [stage.url('film.mp4')],
        src: stage.url('film.mp4'),
        error: null,
      });
      expect(await stage.refusals()).toBe(0);
      // the tokens of the worker, and none for the player
      expect(stage.signer.calls.length).toBeGreaterThan(2);
    },
  );
});
