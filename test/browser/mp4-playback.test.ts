import { describe } from 'vitest';
import type { MediaFixtures } from '../support/media-test.ts';
import { mediaTest } from '../support/media-test.ts';

/** `open(path, more)`: secureVideo for a file of the stage, then more of the page's script. */
const it = mediaTest.extend<{ open: (path: string, more?: string) => Promise<unknown> }>({
  open: async ({ run, stage }: MediaFixtures, use) =>
    use((path, more = '') =>
      run(
        `window.secure = follow(await SecureTokenProgressive.secureVideo(video, args, '/token')); ${more}`,
        stage.url(path),
      ),
    ),
});

describe.concurrent('secureVideo without a worker (Chromium)', { tags: ['nginx'] }, () => {
  it('leaves alone a film that is fully buffered, one that is paused, and one that has ended', async ({
    expect,
    open,
    page,
    run,
    stage,
  }) => {
    await open('short.mp4', `await start(); await until(() => video.buffered.length && video.buffered.end(0) > 19);`);
    await page.waitForTimeout(6000);
    await run(`await seek(15); video.currentTime = 19.5; await until(() => video.ended);`);
    stage.network.rate = 300_000;
    await open('film.mp4', `video.pause();`);
    const calls = stage.signer.calls.length;
    await page.waitForTimeout(8000);
    expect(await run(`return [seen.swaps, seen.errors]`)).toEqual([[], 0]);
    expect(stage.signer.calls).toHaveLength(calls);
  });

  it.for([
    ['goes on by itself', false],
    ['is cut', true],
  ] as const)(
    'plays what it has when the network goes silent, and then on from there when it %s',
    async ([, isCut], { expect, open, run, stage }) => {
      stage.network.rate = 300_000;
      await open('film.mp4', `await start(); await until(() => video.buffered.length && video.buffered.end(0) > 8);`);
      // the time after which a source that says nothing is given up never comes: it must not be what ends the wait
      await run(
        `const timer = setTimeout;
        window.setTimeout = (work, ms, ...more) => (ms < 20000 ? timer(work, ms, ...more) : 0);`,
      );
      stage.network.isFrozen = true;
      // longer than the token that it will take for its new source lives
      await run(`await until(() => video.readyState < 3); await sleep(8000);`);
      expect(await run(`return [video.currentTime > 3, seen.errors]`)).toEqual([true, 0]);
      if (isCut) stage.network.cutAfter = [1];
      stage.network.isFrozen = false;
      const after = await run<number>(
        `const start = performance.now(); await moves(2); return performance.now() - start;`,
      );
      console.log(`the network is back, and two seconds are played after ${Math.round(after)} ms`);
      expect(await run(`return [seen.swaps.length > 0, seen.errors]`)).toEqual([true, 0]);
    },
  );

  it('lets the seek of a viewer win, plays on although play() was pending, and never swaps twice at a time', async ({
    expect,
    open,
    page,
    run,
    stage,
  }) => {
    stage.network.rate = 800_000;
    await open('film.mp4', `await start();`);
    await page.waitForTimeout(5500);
    const result = await run<{ time: number; paused: boolean; held: number }>(
      `video.pause();
      video.currentTime = 300;
      video.play().catch(() => undefined);
      let held = 0;
      const look = setInterval(() => { held = Math.max(held, document.querySelectorAll('canvas').length); }, 5);
      await until(() => held);
      video.currentTime = 450;
      await sleep(50);
      video.currentTime = 200;
      await until(() => !video.seeking && video.readyState > 2);
      await until(() => !document.querySelector('canvas'));
      clearInterval(look);
      const left = document.querySelectorAll('canvas').length;
      return { time: video.currentTime, paused: video.paused, held, errors: seen.errors, left };`,
    );
    expect(result).toMatchObject({ paused: false, held: 1, errors: 0, left: 0 });
    expect(result.time).toBeGreaterThanOrEqual(200);
    expect(result.time).toBeLessThan(400);
  });

  it('changes nothing while it is paused, although all it had is played and its token is no longer the newest', async ({
    expect,
    open,
    run,
    stage,
  }) => {
    stage.signer.ttl = 60;
    stage.network.rate = 300_000;
    await open('film.mp4', `await start();`);
    stage.network.isFrozen = true;
    const same = await run(
      `const { src } = video;
      await until(() => video.readyState < 3);
      video.pause();
      await secure.source.renew();
      // long enough for the connection to count as silent
      await sleep(2000);
      video.dispatchEvent(new Event('stalled'));
      await sleep(500);
      return video.src === src;`,
    );
    expect(same).toBe(true);
  });

  it('plays on after destroy()', async ({ expect, open, run }) => {
    await open('film.mp4', `await start(); secure.destroy(); await moves(1);`);
    expect(await run(`return [Object.hasOwn(video, 'play'), seen.errors]`)).toEqual([false, 0]);
  });

  it('heals a refusal in the middle, and goes on by renew() after a denial', async ({
    expect,
    open,
    page,
    run,
    stage,
  }) => {
    stage.network.rate = 400_000;
    await open('film.mp4', `await start();`);
    await stage.setSecret('second');
    stage.signer.secret = 'second';
    const healed = await run(
      `video.currentTime = 300;
      await until(() => seen.swaps.length);
      await until(() => video.readyState > 2);
      return [seen.errors, Math.floor(video.currentTime / 10)]`,
    );
    expect(healed).toEqual([0, 30]);
    stage.signer.denies = true;
    await page.waitForTimeout(5500);
    expect(
      await run(
        `video.currentTime = 100; await until(() => seen.failures.length); return [seen.failures, seen.errors]`,
      ),
    ).toEqual([['ERR_DENIED'], 1]);
    stage.signer.denies = false;
    await run(
      `await secure.renew();
      await until(() => !video.error && video.readyState > 2 && video.currentTime > 99);
      await moves(1)`,
    );
  });
});
