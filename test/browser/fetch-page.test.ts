import type { Page } from 'playwright-core';
import { describe, test } from 'vitest';
import type * as Plugin from '../../packages/fetch/src/index.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';
import type { Carrier } from '../support/token-formats.ts';

/** A page with an installed fetch that signs. */
async function openPage(stage: Stage, carrier: Carrier): Promise<Page> {
  const page = await (await stage.browser.newContext()).newPage();
  await page.goto(`${stage.pages.origin}/test/support/videojs.html`);
  await page.addScriptTag({ url: '/packages/fetch/dist/secure-token-fetch.min.js' });
  await page.evaluate(
    (options) => {
      const { SecureTokenFetch } = window as unknown as { SecureTokenFetch: typeof Plugin };
      window.installed = SecureTokenFetch.installSecureFetch(options);
    },
    {
      endpoint: stage.signer.endpoint(carrier),
      protect: `${stage.cdn}/`,
      ...(carrier === 'cookie' && { request: { credentials: 'include' as const } }),
    },
  );
  return page;
}

describe.concurrent('in a real browser', () => {
  test.for(['header', 'cookie'] as const)(
    'a 410 that the browser keeps is replayed past its cache: %s',
    { tags: ['nginx', 'libfaketime'] },
    async (carrier, context) => {
      const { expect } = context;
      const stage = await stageFor(context, { movableClock: true });
      const page = await openPage(stage, carrier);
      const status = (name: string): Promise<number> =>
        page.evaluate(async (url) => (await fetch(url)).status, stage.url(carrier, `vod/fmp4/lo/${name}`));
      expect(await status('s000.m4s')).toBe(200);
      // every token has died, and the page does not know
      await stage.moveClock(120);
      expect(await status('s001.m4s')).toBe(200);
      expect((await stage.refusals()).map(({ status: code }) => code)).toEqual([410]);
    },
  );

  test('hls.js with a source of its own and a loader that fetches is not signed twice', async (context) => {
    const { expect } = context;
    const stage = await stageFor(context, {});
    const page = await openPage(stage, 'path');
    await page.addScriptTag({ url: '/node_modules/hls.js/dist/hls.min.js' });
    await page.addScriptTag({ url: '/packages/hlsjs/dist/secure-token-hlsjs.min.js' });
    const types: string[] = [];
    page.on('request', (request) => {
      if (request.url().endsWith('.ts')) types.push(request.resourceType());
    });
    await page.evaluate(
      ({ src, endpoint }) => {
        const { Hls, SecureTokenHls } = window;
        const video = Object.assign(document.createElement('video'), { muted: true });
        document.body.append(video);
        const hls = new Hls({ progressive: true });
        SecureTokenHls.secureToken(hls, endpoint);
        hls.loadSource(src);
        hls.attachMedia(video);
        void video.play();
      },
      { src: stage.url('path', 'vod/ts/master.m3u8'), endpoint: stage.signer.endpoint('path') },
    );
    await page.waitForFunction(() => document.querySelector('video')!.currentTime > 2);
    expect(await stage.refusals()).toEqual([]);
    expect(
      stage.signer.calls.map(({ reason }) => reason),
      'of the source of hls.js alone',
    ).toEqual(['initial']);
    expect(types).toContain('fetch');
    expect(types).not.toContain('xhr');
  });
});
