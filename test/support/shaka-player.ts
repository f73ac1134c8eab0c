import type { Page } from 'playwright-core';
import type { PlayerTokens } from './player.ts';
import { lookUntil, openRecordedPage } from './recorded-page.ts';
import type { RecordedStall } from './recording.ts';
import { starvedOf } from './recording.ts';
import type { ShakaSnapshot as SeenInPage } from './shaka-player-page.ts';
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

export interface ShakaSnapshot extends SeenInPage {
  /** Stalls for want of media. */
  readonly starved: readonly RecordedStall[];
  /** Exceptions nobody caught. */
  readonly pageErrors: readonly string[];
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

/** Nothing that a viewer or an app would hear of. */
export const quiet = {
  errors: [],
  retries: [],
  failedDownloads: [],
  leaks: [],
  rejections: [],
  pageErrors: [],
  starved: [],
};

/** Opens a page with Shaka Player and a player of `path`, with tokens of `carrier`. */
export async function openShaka(stage: Stage, carrier: Carrier, given: ShakaOptions): Promise<ShakaPage> {
  const { path, tokens = {}, version = '5.2', build = 'compiled', config = {}, startTime = null } = given;
  const { page, pageErrors, requests, close } = await openRecordedPage(stage, 'shaka.html');
  await page.addScriptTag({ url: `/node_modules/${folders[version]}/dist/shaka-player.${build}.js` });
  await page.addScriptTag({ url: '/packages/shaka/dist/secure-token-shaka.min.js' });
  await page.evaluate(createShaka, {
    src: stage.url(carrier, path),
    tokens: tokens && {
      endpoint: stage.signer.endpoint(carrier),
      ...(carrier === 'cookie' && { request: { credentials: 'include' as const } }),
      ...tokens,
    },
    config,
    startTime,
  });
  const snapshot = async (): Promise<ShakaSnapshot> => {
    const seen = await page.evaluate(takeShakaSnapshot);
    return { ...seen, pageErrors, starved: starvedOf(seen.stalls) };
  };
  const describe = (seen: ShakaSnapshot): string => JSON.stringify({ ...seen, responses: seen.responses.slice(-5) });
  const until = (fits: (seen: ShakaSnapshot) => boolean, seconds = 60): Promise<ShakaSnapshot> =>
    lookUntil(snapshot, fits, seconds, describe);
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
    close,
  };
}
