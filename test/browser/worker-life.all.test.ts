import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { runIn } from '../support/engines.ts';
import type { MediaStage } from '../support/media-stage.ts';
import { mediaTest as it } from '../support/media-test.ts';
import { TRANSIT } from '../support/signer.ts';

const urls = (stage: MediaStage): { url: string; short: string; edge: string } => ({
  url: stage.url('film.mp4'),
  short: stage.url('short.mp4'),
  edge: `${stage.edge}/`,
});

const register = `window.worker = follow(
    await SecureTokenWorker.registerTokenWorker('/token-worker.js', { endpoint: '/token', protect: args.edge }));
  await until(() => worker.controls);`;
const play = `window.secure = follow(await SecureTokenProgressive.secureVideo(video, args.url, '/token'));
  await start();`;
const seeks = `for (const time of args.times) {
    await seek(time);
    await sleep(300);
  }
  return { errors: seen.errors, swaps: seen.swaps, via: secure.via };`;
const clean = { errors: 0, swaps: [], via: 'worker' };

async function killWorkers(context: BrowserContext, page: Page): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send('ServiceWorker.enable');
  await session.send('ServiceWorker.stopAllWorkers');
  await session.detach();
}

describe.concurrent('the life of the token worker (Chromium)', { tags: ['nginx'] }, () => {
  it('is stopped three times in the middle of a film: nothing is lost', async ({ context, page, run, stage }) => {
    stage.signer.transit = TRANSIT;
    stage.network.rate = 400_000;
    await run(register + play, urls(stage));
    for (const time of [60, 150, 240]) {
      await killWorkers(context, page);
      await page.waitForTimeout(1200);
      expect(await run(seeks, { times: [time] })).toEqual(clean);
    }
    expect(await stage.refusals()).toBe(0);
  });

  it('controls a page that is reloaded hard, and a second tab', async ({ context, page, run, stage }) => {
    await run(register, urls(stage));
    const session = await context.newCDPSession(page);
    await Promise.all([page.waitForEvent('load'), session.send('Page.reload', { ignoreCache: true })]);
    expect(await run(`${register} ${play} return secure.via`, urls(stage))).toBe('worker');
    const second = await context.newPage();
    await second.goto(stage.origin);
    await runIn(
      second,
      `Object.assign(video, { crossOrigin: 'anonymous', src: args.short }); await start();`,
      urls(stage),
    );
    expect(await run(seeks, { times: [200, 30] })).toEqual(clean);
  });

  it('is taken away while it plays: the source is changed instead', async ({ context, page, run, stage }) => {
    stage.network.rate = 400_000;
    await run(register + play, urls(stage));
    await run(`await worker.registration.unregister();`);
    await killWorkers(context, page);
    expect(await run(seeks, { times: [250, 90] })).toMatchObject({ errors: 0 });
  });

  it('misses a CORS header of the CDN: a development build names it', async ({ run, stage }) => {
    const development = register.replace('/token-worker', '/token-worker.development');
    const url = stage.url('none/film.mp4');
    await run(
      `${development} Object.assign(video, { crossOrigin: 'anonymous', src: args.url });
      await until(() => seen.types.includes('Access-Control-Allow-Origin'));`,
      { ...urls(stage), url },
    );
  });

  it('is mixed into a worker of the page, and a foreign one is told from it', async ({ page, run, stage }) => {
    const registerOwn = (file: string): Promise<unknown> =>
      run(
        `await navigator.serviceWorker.register(args);
        await until(() => navigator.serviceWorker.controller?.scriptURL.endsWith(args))`,
        file,
      );
    await registerOwn('/own-worker.js');
    expect(await run(play + seeks, { ...urls(stage), times: [300] })).toEqual(clean);
    await page.reload();
    const importing = register.replace('/token-worker', '/importing-worker');
    expect(await run(importing + play + seeks, { ...urls(stage), times: [300] })).toEqual(clean);
    await page.reload();
    await registerOwn('/foreign-worker.js');
    expect(await run(`${play} return secure.via`, urls(stage))).toBe('swap');
  });
});
