import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.mjs';
import { runIn } from '../support/engines.ts';
import type { MediaStage } from '../support/media-stage.ts';
import { startMediaStage } from '../support/media-stage.ts';
import { hasNginx } from '../support/nginx.ts';

describe.runIf(hasNginx)('a native source of Video.js behind the token worker (Chromium)', () => {
  let stage: MediaStage;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  beforeAll(async () => {
    stage = await startMediaStage();
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await stage.stop();
  });
  beforeEach(async () => {
    await stage.reset();
    stage.network.rate = 500_000;
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(`${stage.origin}/films/`);
    for (const path of ['node_modules/video.js/dist/video.min.js', 'packages/videojs/dist/videojs-secure-token.min.js']) await page.addScriptTag({ path });
    await run(`window.worker = await SecureTokenWorker.registerTokenWorker('/token-worker.js', { endpoint: '/token', protect: args.edge });
      await until(() => worker.controls);`);
  });
  afterEach(() => context.close());

  const run = <T>(body: string, args: object = {}): Promise<T> =>
    runIn<T>(page, body, { url: stage.url('film.mp4'), edge: `${stage.edge}/`, ...args });

  /** A player that counts what the element and Video.js tell of another source. */
  const play = `video.className = 'video-js';
    seen.loads = [];
    window.sources = new Set();
    for (const type of ['emptied', 'loadstart']) video.addEventListener(type, () => seen.loads.push(type));
    new MutationObserver(() => sources.add(video.getAttribute('src'))).observe(video, { attributes: true, attributeFilter: ['src'] });
    window.player = videojs(video, { ...args.options, enableSourceset: true, plugins: { secureToken: '/token' }, sources: [{ src: args.url, type: 'video/mp4' }] });
    player.on('sourceset', ({ src }) => sources.add(src));
    player.on('error', () => seen.errors++);
    await until(() => video.readyState > 2);
    await player.play();
    seen.loads.length = 0;`;
  const seeks = `for (const time of args.times) {
      await sleep(2500);
      player.currentTime(time);
      await until(() => !video.seeking && video.readyState > 2 && Math.abs(video.currentTime - time) < 2, 'seek to ' + time);
    }
    await moves(1);
    return { errors: seen.errors, loads: seen.loads, sources: [...sources], src: video.src, error: player.error() };`;

  it.each([{}, { crossOrigin: 'anonymous' }])('keeps its plain URL: ten seeks past expiry, no change of source, no refusal: %o', async (options) => {
    const result = await run(play + seeks, { options, times: [100, 300, 150, 450, 50, 500, 200, 580, 10, 350] });
    expect(result).toEqual({ errors: 0, loads: [], sources: [stage.url('film.mp4')], src: stage.url('film.mp4'), error: null });
    expect(await stage.refusals()).toBe(0);
    // the tokens of the worker, and none for the player
    expect(stage.signer.calls.length).toBeGreaterThan(3);
  });

  it('is given another URL when another worker has taken the place of the token worker', async () => {
    await run(play);
    await run(`const { controller } = navigator.serviceWorker;
      // of a closer scope: one of the same would wait until the token worker is idle
      await navigator.serviceWorker.register('/foreign-worker.js', { scope: '/films/' });
      await until(() => navigator.serviceWorker.controller !== controller, 'another worker takes over');`);
    const before = Date.now();
    const result = await run<{ src: string }>(seeks, { times: [300, 150] });
    expect(result).toMatchObject({ errors: 0, error: null });
    // Chromium asks for half a minute before it takes a refusal for an error
    expect(Date.now() - before).toBeLessThan(20_000);
    expect(result.src).toContain('st=');
    expect(await run(`return player.currentSrc()`)).toBe(stage.url('film.mp4'));
  });

  it('is given another URL from the start where the worker signs others', async () => {
    await run(`await SecureTokenWorker.registerTokenWorker('/token-worker.js', { endpoint: '/token', protect: 'https://elsewhere.example.com/' });`);
    await run(play);
    expect(await stage.refusals(), 'nothing was tried without a token').toBe(0);
    const result = await run<{ src: string }>(seeks, { times: [300] });
    expect(result).toMatchObject({ errors: 0, error: null });
    expect(result.src).toContain('st=');
  });
});
