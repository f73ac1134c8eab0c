import { test } from 'vitest';
import type * as Progressive from '../../packages/progressive/src/index.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';
import { openVideojs } from '../support/videojs-player.ts';

const carriers: Carrier[] = ['query', 'header', 'cookie'];
const path = 'live/master.m3u8';

/** nginx lets the browser keep its 410. Every token has died when the clock jumps, and no player knows. */
const given = { signer: { ttl: 60 }, movableClock: true };

const refusedBy = async (stage: Stage): Promise<number> =>
  (await stage.refusals()).filter(({ status }) => status === 410).length;

test.concurrent.for(carriers)(
  'hls.js: a 410 that the browser keeps is replayed all the same: %s',
  { tags: ['nginx', 'libfaketime'] },
  async (carrier, context) => {
    const { expect } = context;
    const stage = await stageFor(context, given);
    const player = await stage.open(carrier, path);
    await player.play();
    await player.until(({ currentTime }) => currentTime > 1);
    await stage.moveClock(120);
    const { currentTime } = await player.until(({ tokens }) => tokens.some(({ type }) => type === 'tokenrefused'));
    const seen = await player.until((now) => now.currentTime > currentTime + 8);
    expect(seen).toMatchObject({ faults: [], rejections: [] });
    expect(seen.tokens.filter(({ type }) => type === 'tokenerror')).toEqual([]);
    expect(await refusedBy(stage)).toBeGreaterThan(0);
  },
);

test.concurrent.for(carriers)(
  'Video.js: a 410 that the browser keeps is replayed all the same: %s',
  { tags: ['nginx', 'libfaketime'] },
  async (carrier, context) => {
    const { expect } = context;
    const stage = await stageFor(context, given);
    const player = await openVideojs(stage, carrier, { path });
    await player.play();
    await player.until(({ currentTime }) => currentTime > 1);
    await stage.moveClock(120);
    const { currentTime } = await player.until(({ tokens }) => tokens.some(({ type }) => type === 'tokenrefused'));
    const seen = await player.until((now) => now.currentTime > currentTime + 8);
    expect(seen).toMatchObject({ error: null, events: [], pageErrors: [] });
    expect(seen.tokens.filter(({ type }) => type === 'tokenerror')).toEqual([]);
    expect(await refusedBy(stage)).toBeGreaterThan(0);
  },
);

test.concurrent(
  'Video.js: so is that of a file which the browser plays itself',
  { tags: ['nginx', 'libfaketime'] },
  async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, given);
    const player = await openVideojs(stage, 'cookie', {
      path: 'vod/v.mp4',
      form: 'plugins',
      options: { preload: 'none' },
    });
    await player.until(({ tokens }) => tokens.length > 0);
    await stage.moveClock(120);
    await player.play();
    const seen = await player.until(({ currentTime }) => currentTime > 2);
    expect(seen).toMatchObject({ error: null, pageErrors: [] });
    expect(seen.tokens.map(({ type }) => type)).toEqual(['tokenrenewed', 'tokenrefused', 'tokenrenewed']);
  },
);

test.concurrent.for([false, true])(
  'MP4: so is that of a file, its token renewed meanwhile: %s',
  { tags: ['nginx', 'libfaketime'] },
  async (meanwhile, context) => {
    const { expect } = context;
    const stage = await stageFor(context, given);
    const page = await (await stage.browser.newContext()).newPage();
    await page.goto(`${stage.pages.origin}/test/support/videojs.html`);
    await page.addScriptTag({ url: '/packages/progressive/dist/secure-token-progressive.min.js' });
    const asked = { url: stage.url('cookie', 'vod/v.mp4'), endpoint: stage.signer.endpoint('cookie') };
    await page.evaluate(async ({ url, endpoint }) => {
      const video = Object.assign(document.createElement('video'), { muted: true, preload: 'none' });
      document.body.append(video);
      const { secureVideo } = (window as unknown as { SecureTokenProgressive: typeof Progressive })
        .SecureTokenProgressive;
      const secure = await secureVideo(video, url, { endpoint, request: { credentials: 'include' } });
      Object.assign(window, { video, secure });
    }, asked);
    await stage.moveClock(120);
    await page.evaluate((renew) => {
      const { video, secure } = window as unknown as { video: HTMLVideoElement; secure: Progressive.SecureVideo };
      if (renew) video.addEventListener('loadstart', () => void secure.source.renew(), { once: true });
      void video.play();
    }, meanwhile);
    await page.waitForFunction(
      () => (window as unknown as { video: HTMLVideoElement }).video.currentTime > 2,
      undefined,
      { timeout: 30_000 },
    );
    expect(await page.evaluate(() => window.video.error)).toBeNull();
    expect(await refusedBy(stage)).toBeGreaterThan(0);
  },
);
