import type { DashSnapshot as SeenInPage, InPage } from './dashjs-player-page.ts';
import { createPlayer, takeSnapshot } from './dashjs-player-page.ts';
import type { PlayerPage, Trouble } from './player-page.ts';
import { playerPage, tokensFor, withTrouble } from './player-page.ts';
import type { PlayerTokens } from './player.ts';
import { openRecordedPage } from './recorded-page.ts';
import type { Stage } from './stage.ts';
import type { Carrier } from './token-formats.ts';

const folders = { '5.2': 'node_modules/dashjs', '5.0': 'test/extra/node_modules/dashjs-5.0' };
export type DashVersion = keyof typeof folders;

export interface DashOptions {
  /** Path of the media, below the carrier. @default 'vod/dash/template.mpd' */
  path?: string;
  tokens?: Partial<PlayerTokens> | false;
  /** Moment at which the plugin comes: before `initialize`, before the source, at once after it, or a second later. */
  form?: InPage['form'];
  /** Settings of dash.js, below `streaming`. */
  settings?: Record<string, unknown>;
  /** @default '5.2' */
  version?: DashVersion;
  /** Milliseconds by which the clock of the viewer is wrong. @default 0 */
  clockOffsetMs?: number;
  /** Runs in the page before the player is made. */
  before?: () => void;
}

export type DashSnapshot = SeenInPage & Trouble;
export type DashPage = PlayerPage<DashSnapshot>;

/** Runs inside the page, before its scripts. The clock of Playwright takes listeners of `performance` away. */
function shiftClock(offsetMs: number): void {
  const { now } = Date;
  window.Date = new Proxy(Date, {
    construct: (target, args: number[]) =>
      args.length > 0 ? new target(...(args as [number])) : new target(now() + offsetMs),
    get: (target, name) => (name === 'now' ? () => now() + offsetMs : (Reflect.get(target, name) as unknown)),
  });
}

/** The state of a player that has no trouble, as a viewer and an app see it. */
export const fine = { errors: [], rejections: [], pageErrors: [], paused: false };

/** Opens a page with dash.js and a player of `path`, with tokens of `carrier`. */
export async function openDash(stage: Stage, carrier: Carrier, given: DashOptions = {}): Promise<DashPage> {
  const { path = 'vod/dash/template.mpd', tokens = {}, form = 'before', settings = {}, version = '5.2' } = given;
  const { clockOffsetMs, before } = given;
  const opened = await openRecordedPage(stage, 'dashjs.html', async (page) => {
    if (clockOffsetMs) await page.addInitScript(shiftClock, clockOffsetMs);
  });
  const { page, requests } = opened;
  await page.addScriptTag({ url: `/${folders[version]}/dist/modern/umd/dash.all.min.js` });
  await page.addScriptTag({ url: '/packages/dashjs/dist/secure-token-dashjs.min.js' });
  if (before) await page.evaluate(before);
  await page.evaluate(createPlayer, {
    src: stage.url(carrier, path),
    tokens: tokensFor(stage, carrier, tokens),
    form,
    settings,
  });
  return playerPage(opened, {
    look: takeSnapshot,
    complete: withTrouble(opened),
    // dash.js gives the element its source once it has the manifest, and a new source ends a play() before it
    isReady: ({ readyState }) => readyState > 0,
    isPlaying: ({ currentTime, paused }) => currentTime > 0 && !paused,
    describe(seen) {
      const last = JSON.stringify({ ...seen, urls: [], requests: seen.requests.slice(-10) });
      return [last, ...requests.slice(-10)].join('\n');
    },
  });
}
