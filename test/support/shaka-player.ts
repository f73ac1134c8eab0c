import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type { PlayerTokens } from './player.ts';
import { lookEvery } from './player.ts';
import { installRecording } from './recording.ts';
import type { ShakaSnapshot } from './shaka-player-page.ts';
import { createShaka, takeShakaSnapshot } from './shaka-player-page.ts';
import type { Stage } from './stage.ts';
import type { Carrier } from './token-formats.ts';

export type ShakaVersion = '5.2' | '4.11';

const folders: Record<ShakaVersion, string> = { '5.2': 'shaka-player', '4.11': 'shaka-player-4.11' };

export interface ShakaOptions {
  /** Below the carrier. */
  path: string;
  tokens?: Partial<PlayerTokens> | false;
  /** @default '5.2' */
  version?: ShakaVersion;
  /** As in `shaka-player.compiled.js`. @default 'compiled' */
  build?: string;
  /** Of the player; values only. */
  config?: object;
  startTime?: number;
}

export interface ShakaPage {
  readonly page: Page;
  /** Requests for anything but the page's own files, as the browser sent them. */
  readonly requests: readonly string[];
  play(rate?: number): Promise<void>;
  snapshot(): Promise<ShakaSnapshot>;
  /** Resolves with the first snapshot that fits. @throws with the last one after `seconds` */
  until(fits: (snapshot: ShakaSnapshot) => boolean, seconds?: number): Promise<ShakaSnapshot>;
  close(): Promise<void>;
}

/** Opens a page with Shaka Player and a player of `path`, with tokens of `carrier`. */
export async function openShaka(stage: Stage, carrier: Carrier, given: ShakaOptions): Promise<ShakaPage> {
  const { path, tokens = {}, version = '5.2', build = 'compiled', config = {}, startTime = null } = given;
  const { pages, signer, browser } = stage;
  const context = await browser.newContext();
  const page = await context.newPage();
  const pageErrors: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => pageErrors.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(pages.origin)) requests.push(request.url());
  });
  await page.addInitScript(installRecording);
  await page.goto(`${pages.origin}/test/support/shaka.html`);
  await page.addScriptTag({ url: `/node_modules/${folders[version]}/dist/shaka-player.${build}.js` });
  await page.addScriptTag({ url: '/packages/shaka/dist/secure-token-shaka.min.js' });
  await page.evaluate(createShaka, {
    src: stage.url(carrier, path),
    tokens: tokens && {
      endpoint: signer.endpoint(carrier),
      ...(carrier === 'cookie' && { request: { credentials: 'include' as const } }),
      ...tokens,
    },
    config,
    startTime,
  });
  const snapshot = async (): Promise<ShakaSnapshot> => ({ ...(await page.evaluate(takeShakaSnapshot)), pageErrors });
  const until = async (fits: (seen: ShakaSnapshot) => boolean, seconds = 60): Promise<ShakaSnapshot> => {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const seen = await snapshot();
      if (fits(seen)) return seen;
      if (Date.now() > deadline) {
        const last = JSON.stringify({ ...seen, responses: seen.responses.slice(-5) });
        throw new Error(`Not in ${seconds} s: ${fits.toString()}\n${last}`);
      }
      await delay(lookEvery);
    }
  };
  return {
    page,
    requests,
    snapshot,
    until,
    async play(rate = 1) {
      await page.evaluate((speed) => {
        window.video.defaultPlaybackRate = window.video.playbackRate = speed;
        void window.video.play().catch(() => undefined);
      }, rate);
      await until(({ currentTime }) => currentTime > 0);
    },
    close: () => context.close(),
  };
}
