import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Browser, BrowserContext, Page, Response } from 'playwright-core';
import { findPlayerFiles } from '../../player-files.ts';
import type { BrowserObservations } from '../observations.ts';
import { isPrivateHost } from '../rules/private-host.ts';
import { openChromium } from './open-chromium.ts';
import { readPlayback, startPlayer, watchPolicy } from './player-page.ts';

export interface Playing {
  /** The URL, without a token if there is an endpoint that gives one. */
  readonly url: string;
  readonly endpoint: string | undefined;
  /** Whether the files that the playlist names have tokens, or need none. */
  readonly areChildrenSigned: boolean;
  /** The page whose origin and content security policy are in force. */
  readonly page: string;
  /** Headers of the calls to the endpoint. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Seconds that the doctor waits for a picture. */
const PATIENCE = 10;

/** Plays `url` with hls.js and its plugin in a Chromium, on an empty page with the origin and the policy of `page`. */
export async function playInBrowser(playing: Playing): Promise<BrowserObservations> {
  if (!/\.m3u8$/i.test(new URL(playing.url).pathname))
    return { unavailable: 'the URL is no HLS playlist (.m3u8), and the doctor plays no others' };
  if (!playing.areChildrenSigned) return { unavailable: 'nobody signs what the playlist names. Give --endpoint' };
  const files = findPlayerFiles();
  if (!files)
    return { unavailable: 'hls.js and its plugin are not installed. Run: npm install hls.js secure-token-hlsjs' };
  const browser = await openChromium();
  if ('unavailable' in browser) return browser;
  try {
    return await play(browser, playing, [await readFile(files.hls, 'utf8'), await readFile(files.plugin, 'utf8')]);
  } catch {
    // Playwright's message about a browser that has ended may contain URLs
    return { unavailable: 'the browser ended, or did not do what it was told. Try again' };
  } finally {
    await browser.close().catch(() => undefined);
  }
}

async function play(browser: Browser, playing: Playing, scripts: readonly string[]): Promise<BrowserObservations> {
  // a clean profile: neither cookies nor a service worker of the page
  const context = await browser.newContext({ serviceWorkers: 'block' });
  await stayPublic(context, playing);
  await servePage(context, playing.page);
  const page = await context.newPage();
  const refusals = watchRefusals(page);
  let isMixed = false;
  page.on('console', (message) => (isMixed ||= message.text().startsWith('Mixed Content')));
  await page.addInitScript(watchPolicy);
  await page.goto(playing.page);
  // not by script tags: the policy of the page would block the doctor's own scripts
  for (const script of scripts) await page.evaluate(script);
  const { url, endpoint, headers } = playing;
  await page.evaluate(startPlayer, { url, endpoint, headers });
  const until = Date.now() + PATIENCE * 1000;
  let playback = await answered(page.evaluate(readPlayback));
  // not with `waitForFunction`, which a policy without 'unsafe-eval' may block
  while (!playback.hasPicture && playback.failure === '' && Date.now() < until) {
    await delay(200);
    playback = await answered(page.evaluate(readPlayback));
  }
  return { ...playback, isMixed, refusals, patience: PATIENCE };
}

/** The result for a page that is too busy to answer: a stranger's playlist may keep its player busy for hours. */
const BUSY = {
  hasPicture: false,
  decodesH264: true,
  failure: 'The player does not answer: a playlist may be too much for it.',
};

/** Resolves to `BUSY` if the page does not answer within the patience of the doctor. */
const answered = <T extends object>(playback: Promise<T>): Promise<T> =>
  Promise.race([playback, delay(PATIENCE * 1000, BUSY as T, { ref: false })]);

/** Blocks requests to private hosts if the playlist is on a public host, except to hosts that the caller has named. */
async function stayPublic(context: BrowserContext, { url, endpoint, page }: Playing): Promise<void> {
  const named = [url, endpoint, page].flatMap((each) => (each === undefined ? [] : [new URL(each).host]));
  if (isPrivateHost(new URL(url).hostname)) return;
  await context.route(
    ({ hostname, host }) => isPrivateHost(hostname) && !named.includes(host),
    (route) => route.abort(),
  );
}

/** Answers requests for the page with an empty page, and with the policy of the real page if that can be fetched. */
async function servePage(context: BrowserContext, page: string): Promise<void> {
  const address = new URL(page);
  // requests have no fragment
  address.hash = '';
  const { href, origin } = address;
  await context.route(
    (url) => url.origin === origin && url.href === href,
    async (route) => {
      const real = await route.fetch({ timeout: 4000 }).catch(() => undefined);
      const policy = real?.headers()['content-security-policy'];
      await route.fulfill({
        contentType: 'text/html',
        body: '<!doctype html><title>The doctor</title><body></body>',
        ...(policy !== undefined && { headers: { 'content-security-policy': policy, 'content-type': 'text/html' } }),
      });
    },
  );
}

/** Collects the statuses of refused requests as they arrive. */
function watchRefusals(page: Page): number[] {
  const refusals: number[] = [];
  page.on('response', (response: Response) => {
    if ([401, 403, 410].includes(response.status()) && response.request().method() === 'GET')
      refusals.push(response.status());
  });
  return refusals;
}
