import type { Page } from 'playwright-core';
import { describe } from 'vitest';
import { exampleTest as it, happens, playOn, press } from '../support/examples-page.ts';

/** Selects the text that the viewer sees in the picture of a player that has stopped. */
const NOTICE = '#player :is(.notice:not([hidden]), .vjs-error .vjs-modal-dialog-content:not(:empty))';

/** Resolves to the seconds at which the first film on the page plays next: it moves, with enough to go on. */
const playsAt = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const video = document.querySelector('video')!;
    for (let before = video.currentTime; ; before = video.currentTime) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      const step = video.currentTime - before;
      if (video.readyState >= 3 && !video.paused && !video.seeking && step > 0 && step < 1) return video.currentTime;
    }
  });

/** Jumps ahead until the token that was at hand has ended. */
async function jumpUntilDenied(page: Page): Promise<void> {
  const notice = page.locator(NOTICE).first();
  for (;;) {
    await press(page, 'Jump two minutes ahead');
    const isShown = await notice.waitFor({ timeout: 15_000 }).then(
      () => true,
      () => false,
    );
    if (isShown) return;
  }
}

describe.concurrent('a revoked viewer', () => {
  it.for(['hlsjs.html', 'catalogue.html', 'videojs.html', 'shaka.html', 'dashjs.html', 'fetch.html', 'mp4.html'])(
    'is told in the picture of %s, after what was loaded has been played, and goes on there once all is undone',
    async (path, { expect, open }) => {
      const { page, errors } = await open(path);
      // the film of dash.js is 20 s long: a little later, all of it has its tokens, and it loops without a request
      await playOn(page, path === 'dashjs.html' ? 0.1 : 3);
      await press(page, 'Deny the viewer');
      await happens(page, 'The endpoint denies this viewer.');
      const loaded = await page.evaluate(() => {
        const { buffered, currentTime } = document.querySelector('video')!;
        const index = [...Array(buffered.length).keys()].find((at) => buffered.end(at) > currentTime)!;
        return buffered.end(index);
      });
      // the connection of an MP4 outlives its token: only the next request after that has ended is denied
      if (path === 'mp4.html') await jumpUntilDenied(page);
      else
        await page.evaluate(() => {
          document.querySelector('video')!.playbackRate = 4;
        });
      await page.locator(NOTICE).first().waitFor();
      const stoodAt = await page.evaluate(() => document.querySelector('video')!.currentTime);
      expect(stoodAt).toBeGreaterThan(loaded - 0.5);
      // or seconds would be played before anybody looks
      await page.evaluate(() => {
        document.querySelector('video')!.playbackRate = 1;
      });
      await press(page, 'Undo everything');
      const goesOnAt = await playsAt(page);
      expect(goesOnAt).toBeGreaterThan(stoodAt - 1);
      expect(goesOnAt).toBeLessThan(stoodAt + 4);
      await page.waitForFunction((selector) => !document.querySelector(selector), NOTICE);
      await playOn(page, 2);
      expect(errors).toEqual([]);
    },
  );
});
