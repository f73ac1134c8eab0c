import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Stage } from '../support/stage.ts';
import { createStage } from '../support/stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage.dispose());

/** A `<video>` that stands in the page: Chromium, which plays HLS itself, has begun to load it when Video.js comes. */
test.each(['none', 'auto'])(
  'data-setup and <source> in the page, preload="%s": VHS plays it with tokens',
  async (preload) => {
    const page = await stage.browser.newPage();
    const requests: string[] = [];
    page.on('request', (request) => {
      if (request.url().startsWith(`${stage.cdn}/`)) requests.push(request.url());
    });
    const setup = JSON.stringify({
      preload: 'auto',
      plugins: { secureToken: { endpoint: stage.signer.endpoint('query') } },
    });
    // a page that has really come from a server, or Chromium lets it reach no local address
    await page.goto(`${stage.pages.origin}/test/support/videojs.html`);
    await page.setContent(`<!doctype html>
<script src="/node_modules/video.js/dist/video.min.js"></script>
<script src="/packages/videojs/dist/videojs-secure-token.min.js"></script>
<video id="v" class="video-js" muted preload="${preload}" data-setup='${setup}'>
  <source src="${stage.url('query', 'vod/ts/master.m3u8')}" type="application/x-mpegURL">
</video>`);
    await page.waitForFunction(() => (window.videojs.getPlayer('v')?.readyState() ?? 0) > 2, undefined, {
      timeout: 60_000,
    });
    const unsigned = requests.filter((url) => !url.includes('st='));
    expect(requests.length - unsigned.length).toBeGreaterThan(2);
    // what the browser asks for before any script runs is out of our hands
    expect(unsigned.length).toBeLessThanOrEqual(preload === 'none' ? 0 : 1);
    await page.close();
  },
);
