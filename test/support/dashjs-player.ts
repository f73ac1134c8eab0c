import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
export type { DashSnapshot } from './dashjs-player-page.ts';
import type { DashSnapshot, InPage } from './dashjs-player-page.ts';
import { createPlayer, takeSnapshot } from './dashjs-player-page.ts';
import type { PlayerTokens } from './player.ts';
import { lookEvery } from './player.ts';
import { installRecording } from './recording.ts';
import type { Stage } from './stage.ts';
import type { Carrier } from './token-formats.ts';

const folders = { '5.2': 'dashjs', '5.0': 'dashjs-5.0' };
export type DashVersion = keyof typeof folders;

export interface DashOptions {
  /** Below the carrier. @default 'vod/dash/template.mpd' */
  path?: string;
  tokens?: Partial<PlayerTokens> | false;
  /** When the plugin comes: before `initialize`, before the source, at once after it, or a second later. */
  form?: InPage['form'];
  /** Of dash.js, below `streaming`. */
  settings?: Record<string, unknown>;
  /** @default '5.2' */
  version?: DashVersion;
  /** Milliseconds by which the clock of the viewer is wrong. @default 0 */
  clockOffsetMs?: number;
  /** Runs in the page before the player is made. */
  before?: () => void;
}

export interface DashPage {
  readonly page: Page;
  /** Requests for anything but the page's own files, as the browser sent them. */
  readonly requests: readonly string[];
  play(rate?: number): Promise<void>;
  snapshot(): Promise<DashSnapshot>;
  /** Resolves with the first snapshot that fits. @throws with the last one after `seconds` */
  until(fits: (snapshot: DashSnapshot) => boolean, seconds?: number): Promise<DashSnapshot>;
  close(): Promise<void>;
}

/** Runs inside the page, before its scripts. The clock of Playwright takes listeners of `performance` away. */
function shiftClock(offsetMs: number): void {
  const { now } = Date;
  window.Date = new Proxy(Date, {
    construct: (target, args: number[]) =>
      args.length > 0 ? new target(...(args as [number])) : new target(now() + offsetMs),
    get: (target, name) => (name === 'now' ? () => now() + offsetMs : (Reflect.get(target, name) as unknown)),
  });
}

/** What a viewer and an app see of a player that has no trouble. */
export const fine = { errors: [], stalls: [], rejections: [], pageErrors: [], paused: false };

/** Opens a page with dash.js and a player of `path`, with tokens of `carrier`. */
export async function openDash(stage: Stage, carrier: Carrier, given: DashOptions = {}): Promise<DashPage> {
  const { path = 'vod/dash/template.mpd', tokens = {}, form = 'before', settings = {}, version = '5.2' } = given;
  const { pages, signer, browser } = stage;
  const context = await browser.newContext();
  const page = await context.newPage();
  const pageErrors: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => pageErrors.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(pages.origin)) requests.push(request.url());
  });
  if (given.clockOffsetMs) await page.addInitScript(shiftClock, given.clockOffsetMs);
  await page.addInitScript(installRecording);
  await page.goto(`${pages.origin}/test/support/dashjs.html`);
  await page.addScriptTag({ url: `/node_modules/${folders[version]}/dist/modern/umd/dash.all.min.js` });
  await page.addScriptTag({ url: '/packages/dashjs/dist/secure-token-dashjs.min.js' });
  if (given.before) await page.evaluate(given.before);
  await page.evaluate(createPlayer, {
    src: stage.url(carrier, path),
    tokens: tokens && {
      endpoint: signer.endpoint(carrier),
      ...(carrier === 'cookie' && { request: { credentials: 'include' as const } }),
      ...tokens,
    },
    form,
    settings,
  });
  const snapshot = async (): Promise<DashSnapshot> => ({ ...(await page.evaluate(takeSnapshot)), pageErrors });
  const until = async (fits: (seen: DashSnapshot) => boolean, seconds = 60): Promise<DashSnapshot> => {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const seen = await snapshot();
      if (fits(seen)) return seen;
      if (Date.now() > deadline) {
        const last = JSON.stringify({ ...seen, urls: [], requests: seen.requests.slice(-10) });
        throw new Error(`Not in ${seconds} s: ${fits.toString()}\n${last}\n${requests.slice(-10).join('\n')}`);
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
        const video = document.querySelector('video')!;
        video.defaultPlaybackRate = video.playbackRate = speed;
        void video.play().catch(() => undefined);
      }, rate);
      await until(({ currentTime }) => currentTime > 0);
    },
    close: () => context.close(),
  };
}
