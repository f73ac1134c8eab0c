import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { describe } from 'vitest';
import { runIn } from '../support/engines.ts';
import type { MediaStage } from '../support/media-stage.ts';
import { mediaTest as it } from '../support/media-test.ts';
import { TRANSIT } from '../support/signer.ts';

describe.concurrent('the life of the token worker (Chromium)', { tags: ['nginx'] }, () => {
  const names = (stage: MediaStage): { url: string; origin: string; short: string } => ({
    url: stage.url('film.mp4'),
    short: stage.url('short.mp4'),
    origin: `${stage.edge}/`,
  });

  const inWorker = `const settings = { endpoint: '/token', protect: args.origin };
    window.worker = follow(await SecureTokenWorker.registerTokenWorker('/token-worker.js', settings));
    await until(() => worker.controls);`;
  const inPage = `window.tokens = SecureTokenWorker.createTokenSource({ endpoint: '/token', protect: args.origin });
    window.worker = follow(await SecureTokenWorker.registerTokenWorker('/token-worker.js', tokens));
    await until(() => worker.controls);`;
  const play = `window.secure = follow(await SecureTokenProgressive.secureVideo(video, args.url, '/token'));
    await video.play();`;
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

  it('is stopped five times in the middle of a film: nothing is lost', async ({
    context,
    expect,
    page,
    run,
    stage,
  }) => {
    stage.signer.transit = TRANSIT;
    stage.network.rate = 400_000;
    await run(inPage + play, names(stage));
    for (let round = 0; round < 5; round++) {
      await killWorkers(context, page);
      await page.waitForTimeout(1200);
      expect(await run(seeks, { times: [60 + round * 90] })).toEqual(clean);
    }
    // also one that is reading while nobody seeks
    await killWorkers(context, page);
    await run(`await moves(5)`);
    expect(await run(`return seen.errors`)).toBe(0);
    expect(await stage.refusals()).toBe(0);
  });

  it('controls a page that was loaded before it, one that is reloaded hard, and a second tab', async ({
    context,
    expect,
    page,
    run,
    stage,
  }) => {
    expect(await run(`${inPage} return worker.controls`, names(stage))).toBe(true);
    const session = await context.newCDPSession(page);
    await Promise.all([page.waitForEvent('load'), session.send('Page.reload', { ignoreCache: true })]);
    expect(await run(`return !!navigator.serviceWorker.controller`)).toBe(false);
    expect(await run(`${inPage} ${play} return [worker.controls, secure.via]`, names(stage))).toEqual([true, 'worker']);
    const second = await context.newPage();
    await second.goto(stage.origin);
    // this one hands out no tokens: the first tab does
    const state = await runIn<number>(
      second,
      `video.crossOrigin = 'anonymous';
      video.src = args.short;
      await until(() => video.readyState > 2);
      return video.readyState`,
      names(stage),
    );
    expect(state).toBeGreaterThan(2);
    expect(await run(seeks, { times: [200, 30] })).toEqual(clean);
  });

  it('is taken away while it plays: the source is changed instead', async ({ context, expect, page, run, stage }) => {
    stage.network.rate = 400_000;
    await run(inWorker + play, names(stage));
    await run(`await worker.registration.unregister();`);
    await killWorkers(context, page);
    expect(await run(seeks, { times: [250, 90] })).toMatchObject({ errors: 0 });
  });

  it('signs a text track', async ({ expect, run, stage }) => {
    stage.signer.transit = TRANSIT;
    writeFileSync(join(stage.root, 'words.vtt'), 'WEBVTT\n\n00:00.000 --> 00:05.000\nwords\n');
    const seen = await run(
      `${inWorker}
      video.crossOrigin = 'anonymous';
      const element = Object.assign(document.createElement('track'), { src: args.words });
      video.append(element);
      element.track.mode = 'hidden';
      await until(() => element.readyState > 1);
      return [element.readyState, element.track.cues?.length];`,
      { ...names(stage), words: stage.url('words.vtt') },
    );
    expect(seen).toEqual([2, 1]);
    expect(await stage.refusals()).toBe(0);
  });

  it('has no CORS headers to sign by: the source is changed instead, and a development build says so', async ({
    expect,
    run,
    stage,
  }) => {
    const none = await run<{ types: string[] }>(
      `${inWorker.replace('/token-worker', '/token-worker.development')} ${play}
      return { types: seen.types, via: secure.via, errors: seen.errors, cors: video.crossOrigin }`,
      { ...names(stage), url: stage.url('none/film.mp4') },
    );
    expect(none.types).toContain('Access-Control-Allow-Origin');
    expect(none).toMatchObject({ via: 'swap', errors: 0, cors: null });
  });

  it('is mixed into a worker of the page, and a foreign one is told from it', async ({ expect, page, run, stage }) => {
    const register = (file: string): Promise<unknown> =>
      run(
        `await navigator.serviceWorker.register(args);
        await until(() => navigator.serviceWorker.controller?.scriptURL.endsWith(args))`,
        file,
      );
    await register('/own-worker.js');
    expect(await run(play + seeks, { ...names(stage), times: [300, 20] })).toEqual(clean);
    await page.reload();
    expect(
      await run(inWorker.replace('/token-worker', '/importing-worker') + play + seeks, {
        ...names(stage),
        times: [300, 20],
      }),
    ).toEqual(clean);
    expect(await run(`return worker.controls`)).toBe(true);
    await page.reload();
    await register('/foreign-worker.js');
    expect(
      await run(`return (await SecureTokenProgressive.secureVideo(video, args.url, '/token')).via`, names(stage)),
    ).toBe('swap');
  });
});
