import { describe, vi } from 'vitest';
import { pageOfVersion1 } from '../support/earlier-worker.ts';
import { runIn } from '../support/engines.ts';
import type { MediaStage } from '../support/media-stage.ts';
import { mediaTest as it } from '../support/media-test.ts';

/** A page and its worker are deployed at different times, and a page may be open for days. */
describe.concurrent('page and token worker of different versions (Chromium)', { tags: ['nginx'] }, () => {
  const names = (stage: MediaStage): { url: string; film: string; origin: string } => ({
    url: stage.url('short.mp4'),
    film: stage.url('film.mp4'),
    origin: `${stage.edge}/`,
  });
  const tokens = `window.tokens = SecureTokenWorker.createTokenSource({ endpoint: '/token', protect: args.origin });`;
  const controls = `await until(() => navigator.serviceWorker.controller, 'control');`;
  const earlierPage = `${tokens} ${pageOfVersion1}
    const settings = encodeURIComponent(JSON.stringify({ protect: [args.origin] }));
    await navigator.serviceWorker.register('/token-worker.js?secure-token=' + settings);
    ${controls}`;
  const page = (file: string): string => `${tokens}
    window.worker = follow(await SecureTokenWorker.registerTokenWorker('${file}', tokens));
    ${controls}`;
  /** Resolves to whether it plays, and within the ten seconds for which a page that is not understood is waited for. */
  const load = (url: string): string => `const since = performance.now();
    Object.assign(video, { crossOrigin: 'anonymous', src: args.${url} });
    await until(() => video.readyState > 2 || video.error, 'load');
    return [video.error?.message ?? '', performance.now() - since < 10_000];`;

  it.for([
    ['a page of 1.0 that is still open, and a worker of now', earlierPage],
    ['a page of now, and a worker of 1.0 that waits for its end', page('/earlier-worker.js')],
  ] as const)('%s: signed at once, and replayed when it is refused', async ([, start], { expect, run, stage }) => {
    // what is refused is not expired
    stage.signer.ttl = 60;
    await run(start, names(stage));
    expect(await run(load('url'), names(stage))).toEqual(['', true]);
    expect(await stage.refusals()).toBe(0);
    // for a file of which nothing is in a cache
    await run(`await tokens.sign(args.film)`, names(stage));
    stage.signer.secret = 'second';
    await stage.setSecret('second');
    expect(await run(load('film'), names(stage))).toEqual(['', true]);
    expect(await stage.refusals()).toBeGreaterThan(0);
  });

  it('a page of now, and a worker of 1.0 that cannot renew: a player that renews does not wait for it', async ({
    expect,
    page: tab,
    run,
    stage,
  }) => {
    await run(
      `${page('/earlier-worker.js')}
      window.secure = follow(await SecureTokenProgressive.secureVideo(video, args.film, '/token'));
      await video.play();`,
      names(stage),
    );
    stage.signer.denies = true;
    await tab.waitForTimeout(stage.signer.ttl * 1000);
    await run(`video.currentTime = 300; await until(() => seen.failures.length, 'it is denied', untilGivenUp);`);
    stage.signer.denies = false;
    // the worker asks for the tokens of another source, which it does not tell that it may ask again
    await run(`await secure.renew();`);
    await run(`await worker.renew();`);
    expect(await run(`return tokens.sign(args.url).then(() => 'signed')`, names(stage))).toBe('signed');
  });

  it('a page of 1.0, and a worker of now that is told to renew: answered, and nothing is thrown in the page', async ({
    expect,
    page: tab,
    run,
    stage,
  }) => {
    const thrown: unknown[] = [];
    tab.on('pageerror', (error) => thrown.push(error));
    const status = await run(
      `${earlierPage}
      const { scriptURL } = navigator.serviceWorker.controller;
      return (await fetch(scriptURL, { headers: { 'secure-token-renews': '' } })).status`,
      names(stage),
    );
    expect(status).toBe(204);
    expect(await run(load('url'), names(stage)), 'it signs on').toEqual(['', true]);
    expect(thrown).toEqual([]);
  });

  it('a page that hands out tokens is closed before it has answered: another one is asked', async ({
    context,
    expect,
    page: asked,
    run,
    stage,
  }) => {
    await run(page('/token-worker.js'), names(stage));
    const viewer = await context.newPage();
    await viewer.goto(stage.origin);
    stage.signer.delay = 30;
    stage.signer.calls.length = 0;
    await runIn(viewer, `Object.assign(video, { crossOrigin: 'anonymous', src: args.url });`, names(stage));
    await vi.waitFor(() => expect(stage.signer.calls.length).toBeGreaterThan(0), { timeout: 60_000 });
    // the worker looks for another one for ten seconds
    const other = await context.newPage();
    await other.goto(stage.origin);
    await asked.close();
    stage.signer.delay = 0;
    await runIn(other, page('/token-worker.js'), names(stage));
    expect(
      await runIn(viewer, `await until(() => video.readyState > 2 || video.error, 'load'); return video.error`),
    ).toBeNull();
  });
});
