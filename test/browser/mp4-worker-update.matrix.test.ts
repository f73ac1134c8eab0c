import { expect, vi } from 'vitest';
import { describeMedia } from '../support/media-test.ts';
import { TRANSIT } from '../support/signer.ts';

const clean = { errors: 0, mediaErrors: [], swaps: [], via: 'worker' };

describeMedia('a new version of the token worker', (_, mediaIt) => {
  const it = mediaIt.extend<{ run: <T>(body: string, seeks?: number[]) => Promise<T> }>({
    run: async ({ stage, tab }, use) => {
      stage.network.rate = 1_000_000;
      // what is seen here is a new worker, and not how long a request takes on a busy machine
      stage.signer.ttl = 20;
      await use((body, seeks = []) => tab.run(body, { url: stage.url('film.mp4'), edge: `${stage.edge}/`, seeks }));
    },
  });
  const play = `const settings = { endpoint: '/token', protect: args.edge };
    window.worker = follow(await SecureTokenWorker.registerTokenWorker('/token-worker.js', settings));
    await until(() => worker.controls);
    window.secure = follow(await SecureTokenProgressive.secureVideo(video, args.url, '/token'));
    await video.play();
    await moves(1);`;
  const seek = `for (const time of args.seeks) {
      await seek(time);
      await moves(0.5);
    }
    return { errors: seen.errors, mediaErrors: seen.mediaErrors, swaps: seen.swaps, via: secure.via };`;
  const isWaiting = `return !!(await navigator.serviceWorker.getRegistration()).waiting;`;

  it('waits while a film plays, over a reload too, and takes over when no page is left', async ({
    run,
    stage,
    tab,
  }) => {
    stage.signer.transit = TRANSIT;
    await run(play);
    stage.signer.version = crypto.randomUUID();
    await run(`await worker.registration.update(); await until(() => worker.registration.waiting);`);
    expect(await run(seek, [100, 300, 50])).toEqual(clean);
    await tab.goto(stage.origin);
    expect(await run(isWaiting)).toBe(true);
    expect(await run(`${play} ${seek}`, [400, 20])).toEqual(clean);
    // the one before may have to end requests of the page first
    const isWaitingAfterVisit = async (): Promise<unknown> => {
      await tab.goto('about:blank');
      await tab.run(`await new Promise((resolve) => setTimeout(resolve, 1000))`);
      await tab.goto(stage.origin);
      return run(isWaiting);
    };
    await vi.waitFor(async () => expect(await isWaitingAfterVisit()).toBe(false), 60_000);
    expect(await run(`${play} ${seek}`, [200, 500])).toEqual(clean);
    expect(await stage.refusals()).toBe(0);
  });

  it('with other options does not wait for pages: the film plays on, and it takes over when this page is left', async ({
    run,
    stage,
    tab,
  }) => {
    await run(play);
    const register = `const settings = { endpoint: '/token', protect: args.edge, readAhead: 1 };
      const worker = await SecureTokenWorker.registerTokenWorker('/token-worker.js', settings);`;
    await run(register);
    expect(await run(seek, [100, 300])).toMatchObject({ errors: 0 });
    expect(await run(`return seen.failures`)).toEqual([]);
    await tab.goto('about:blank');
    await tab.goto(stage.origin);
    await run(`${register} await until(() => worker.controls);`);
  });
});
