import type { CDPSession, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { openChromium } from '../support/chromium.mjs';
import { chromium76, chromium86, runIn } from '../support/engines.ts';
import { olderChromium } from '../support/older-chromium.ts';
import { hlsjs, shaka, videojs } from '../support/players.ts';
import type { Stage } from '../support/stage.ts';
import { stageFor } from '../support/stage.ts';

/** Seconds that a token lives. */
const TTL = 3;

interface Leaving {
  readonly name: string;
  readonly scripts: readonly string[];
  /** Plays; `source` is what the app has made. */
  readonly play: string;
  readonly end: string;
}

const ours = (path: string): string => `packages/${path}.min.js`;
const sourceOf = (global: string): string => `const source = (window.source = ${global}.createTokenSource(
  { ...args.tokens, protect: args.cdn + '/' })); args.tokens = source;`;

const leaving: readonly Leaving[] = [
  { ...hlsjs, play: `${sourceOf('SecureTokenHls')} ${hlsjs.play}`, end: hlsjs.end! },
  { ...shaka, play: `${sourceOf('SecureTokenShaka')} ${shaka.play}`, end: shaka.end! },
  { ...videojs, play: `${sourceOf('videojsSecureToken')} ${videojs.play}`, end: videojs.end! },
  {
    name: 'secureVideo',
    scripts: [ours('progressive/dist/secure-token-progressive')],
    play: `${sourceOf('SecureTokenProgressive')}
      window.secure = await SecureTokenProgressive.secureVideo(video, args.film, { source });
      video.loop = true;
      await start();`,
    end: 'secure.destroy();',
  },
  {
    name: 'the page of a token worker',
    scripts: [ours('worker/dist/secure-token-worker')],
    play: `${sourceOf('SecureTokenWorker')}
      window.worker = await SecureTokenWorker.registerTokenWorker('/token-worker.js', { source, protect: args.cdn + '/' });
      await until(() => worker.controls);
      Object.assign(video, { crossOrigin: 'anonymous', src: args.film, loop: true });
      await start();`,
    end: 'worker.destroy();',
  },
];

/** What may outlive a player. */
const targets = ['window', 'document', 'navigator.serviceWorker', 'video', 'source'];

/** Returns the listeners of all targets, by the DevTools: how they were added makes no difference there. */
async function listenersIn(devTools: CDPSession): Promise<string[]> {
  const found: string[] = [];
  for (const target of targets) {
    const { result } = await devTools.send('Runtime.evaluate', { expression: `window.${target} ?? ${target}` });
    if (result.objectId === undefined) continue;
    const { listeners } = await devTools.send('DOMDebugger.getEventListeners', { objectId: result.objectId });
    found.push(...listeners.map(({ type }) => `${target}: ${type}`));
  }
  return found.sort();
}

async function openPage(stage: Stage, scripts: readonly string[]): Promise<Page> {
  const browser = await openChromium(Promise.resolve(olderChromium('chromium-86')));
  stage.closes(() => browser.close());
  const page = await browser.newPage();
  await page.goto(stage.pages.url(scripts));
  return page;
}

test.for([
  { name: chromium86.name, open: chromium86.open, version: 'HeadlessChrome/86.0.4240.0' },
  { name: chromium76.name, open: chromium76.open, version: 'HeadlessChrome/76.0.3803.0' },
])(
  '$name is the browser that it is called after',
  { tags: ['chromium-86', 'chromium-76'] },
  async ({ name, open, version }) => {
    const { tab, close } = await open();
    try {
      const agent = await tab.run<string>('return navigator.userAgent');
      console.log(`${name}: ${agent}`);
      expect(agent).toContain(version);
    } finally {
      await close();
    }
  },
);

describe.concurrent.each(leaving)('$name in Chromium 86', { tags: ['chromium-86'] }, ({ scripts, play, end }) => {
  test('leaves no listener when it is destroyed, which ignores the signal of addEventListener', async (context) => {
    const stage = await stageFor(context, { signer: { ttl: TTL } });
    const page = await openPage(stage, scripts);
    const devTools = await page.context().newCDPSession(page);
    const args = {
      src: stage.url('query', 'vod/fmp4/master.m3u8'),
      film: stage.url('query', 'vod/v.mp4'),
      cdn: stage.cdn,
      tokens: { endpoint: stage.signer.endpoint('query') },
    };
    // the test itself hears no events of the source
    await runIn(page, `window.follow = (it) => it; window.source = new EventTarget();`);
    const before = await listenersIn(devTools);
    await runIn(page, play, args);
    await runIn(page, `await moves(${TTL} + 1)`);
    const during = await listenersIn(devTools);
    expect(during.length).toBeGreaterThan(before.length);
    await runIn(page, end);
    expect(await listenersIn(devTools)).toEqual(before);
  });
});
