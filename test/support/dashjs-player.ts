import type { Page } from 'playwright-core';
import type { DashSnapshot as SeenInPage, InPage } from './dashjs-player-page.ts';
import { createPlayer, takeSnapshot } from './dashjs-player-page.ts';
import type { PlayerTokens } from './player.ts';
import { lookUntil, openRecordedPage } from './recorded-page.ts';
import type { RecordedStall } from './recording.ts';
import { starvedOf } from './recording.ts';
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

export interface DashSnapshot extends SeenInPage {
  /** Stalls for want of media. */
  readonly starved: readonly RecordedStall[];
  /** Exceptions nobody caught. */
  readonly pageErrors: readonly string[];
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
export const fine = { errors: [], starved: [], rejections: [], pageErrors: [], paused: false };

/** Opens a page with dash.js and a player of `path`, with tokens of `carrier`. */
export async function openDash(stage: Stage, carrier: Carrier, given: DashOptions = {}): Promise<DashPage> {
  const { path = 'vod/dash/template.mpd', tokens = {}, form = 'before', settings = {}, version = '5.2' } = given;
  const { clockOffsetMs, before } = given;
  const { page, pageErrors, requests, close } = await openRecordedPage(stage, 'dashjs.html', async (opened) => {
    if (clockOffsetMs) await opened.addInitScript(shiftClock, clockOffsetMs);
  });
  await page.addScriptTag({ url: `/node_modules/${folders[version]}/dist/modern/umd/dash.all.min.js` });
  await page.addScriptTag({ url: '/packages/dashjs/dist/secure-token-dashjs.min.js' });
  if (before) await page.evaluate(before);
  await page.evaluate(createPlayer, {
    src: stage.url(carrier, path),
    tokens: tokens && {
      endpoint: stage.signer.endpoint(carrier),
      ...(carrier === 'cookie' && { request: { credentials: 'include' as const } }),
      ...tokens,
    },
    form,
    settings,
  });
  const snapshot = async (): Promise<DashSnapshot> => {
    const seen = await page.evaluate(takeSnapshot);
    return { ...seen, pageErrors, starved: starvedOf(seen.stalls) };
  };
  const describe = (seen: DashSnapshot): string => {
    const last = JSON.stringify({ ...seen, urls: [], requests: seen.requests.slice(-10) });
    return [last, ...requests.slice(-10)].join('\n');
  };
  const until = (fits: (seen: DashSnapshot) => boolean, seconds = 60): Promise<DashSnapshot> =>
    lookUntil(snapshot, fits, seconds, describe);
  return {
    page,
    requests,
    snapshot,
    until,
    async play(rate = 1) {
      // dash.js gives the element its source once it has the manifest, and a new source ends a play() before it
      await until(({ readyState }) => readyState > 0);
      await page.evaluate((speed) => {
        const video = document.querySelector('video')!;
        video.defaultPlaybackRate = video.playbackRate = speed;
        void video.play().catch(() => undefined);
      }, rate);
      await until(({ currentTime, paused }) => currentTime > 0 && !paused);
    },
    close,
  };
}
