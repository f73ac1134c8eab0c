import { expect, test } from 'vitest';
import { createStage } from '../support/stage.ts';

/** Seconds that a token opens the folder of the stream. */
const TTL = 6;

test('a live stream that the browser plays by itself goes on at its edge past expiry, without a worker', async ({
  onTestFinished,
}) => {
  const stage = await createStage({ signer: { ttl: TTL } });
  onTestFinished(() => stage.dispose());
  const page = await (await stage.browser.newContext()).newPage();
  await page.goto(stage.pages.url(['packages/progressive/dist/secure-token-progressive.min.js']));
  const seen = await page.evaluate<{
    played: number;
    isLive: boolean;
    swaps: number;
    failures: string[];
    errors: number;
  }>(
    `(async ({ url, endpoint }) => {
      const video = document.querySelector('video');
      video.muted = true;
      const seen = { played: 0, swaps: 0, failures: [], errors: 0 };
      video.addEventListener('error', () => seen.errors++);
      const secure = await SecureTokenProgressive.secureVideo(video, url, endpoint);
      secure.addEventListener('swap', () => seen.swaps++);
      secure.addEventListener('error', ({ error }) => seen.failures.push(String(error)));
      await video.play();
      // its clock begins anew with each source
      let last = video.currentTime;
      const until = performance.now() + 90_000;
      // the first swap may come late: what is buffered plays past the end of the token
      while ((seen.played < ${3 * TTL} || !seen.swaps) && performance.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        const step = video.currentTime - last;
        if (step > 0 && step < 1) seen.played += step;
        last = video.currentTime;
      }
      return { ...seen, isLive: video.duration === Infinity };
    })(${JSON.stringify({ url: stage.url('path', 'live/lo/i.m3u8'), endpoint: stage.signer.endpoint('path') })})`,
  );
  expect(seen).toMatchObject({ isLive: true, failures: [], errors: 0 });
  expect(seen.played, 'seconds with a moving picture').toBeGreaterThanOrEqual(3 * TTL);
  expect(seen.swaps).toBeGreaterThan(0);
});
