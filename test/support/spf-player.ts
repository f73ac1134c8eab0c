import type { HlsVideoAdapter } from '@videojs/spf/hls-video';
import type { Page } from 'playwright-core';
import { expect, vi } from 'vitest';
import { spfEngine } from '../../examples/backend/spf-engine.mjs';
import type * as Plugin from '../../packages/fetch/src/index.ts';
import type { PlayerTokens } from './player.ts';
import { openRecordedPage } from './recorded-page.ts';
import type { RecordedStall, RecordedTokenEvent } from './recording.ts';
import type { Stage } from './stage.ts';
import type { Carrier } from './token-formats.ts';

declare global {
  interface Window {
    Spf: { HlsVideoAdapter: typeof HlsVideoAdapter };
    SecureTokenFetch: typeof Plugin;
    installed: Plugin.SecureFetchInstallation;
    spf: HlsVideoAdapter;
  }
}

export const spf: Promise<string> = spfEngine('iife');

export interface SpfSnapshot {
  readonly currentTime: number;
  readonly error: string | undefined;
  /** The error that SPF reports. */
  readonly reported: unknown;
  readonly tokens: readonly RecordedTokenEvent[];
  readonly stalls: readonly RecordedStall[];
}

export interface SpfPage {
  readonly page: Page;
  /** Errors that nobody caught. */
  readonly pageErrors: readonly string[];
  /** Requests for anything but the page's own files, as the browser sent them. */
  readonly requests: readonly string[];
  snapshot(): Promise<SpfSnapshot>;
  /** Sets how many times as fast as it was recorded the film is played. */
  setRate(rate: number): Promise<void>;
  /** Waits until the picture has come so far, in seconds. */
  playTo(seconds: number, timeout?: number): Promise<SpfSnapshot>;
}

/** Opens a page with SPF in an installed fetch that signs, and plays `path` with tokens of `carrier`. */
export async function openSpf(
  stage: Stage,
  carrier: Carrier,
  path: string,
  tokens: Partial<PlayerTokens> | false = {},
): Promise<SpfPage> {
  const { page, pageErrors, requests } = await openRecordedPage(stage, 'videojs.html');
  await page.addScriptTag({ url: '/packages/fetch/dist/secure-token-fetch.min.js' });
  await page.addScriptTag({ content: await spf });
  await page.evaluate(play, {
    src: stage.url(carrier, path),
    options: tokens && {
      endpoint: stage.signer.endpoint(carrier),
      protect: `${stage.cdn}/`,
      ...(carrier === 'cookie' && { request: { credentials: 'include' as const } }),
      ...tokens,
    },
  });
  const snapshot = (): Promise<SpfSnapshot> => page.evaluate(takeSnapshot);
  return {
    page,
    pageErrors,
    requests,
    snapshot,
    setRate: (rate) =>
      page.evaluate((speed) => {
        window.video.defaultPlaybackRate = window.video.playbackRate = speed;
      }, rate),
    async playTo(seconds, timeout = 60) {
      try {
        await page.waitForFunction((goal) => window.video.currentTime >= goal, seconds, { timeout: timeout * 1000 });
      } catch (error) {
        throw new Error(JSON.stringify(await snapshot(), null, 1), { cause: error });
      }
      return snapshot();
    },
  };
}

/** Ends the refusals of the edge, and expects that the page has heard of each, and of no failure. */
export async function expectToldOfRefusals({ snapshot }: SpfPage, { edge }: Stage): Promise<void> {
  edge.refuseEvery = 0;
  const told = async (type: string) => (await snapshot()).tokens.filter((each) => each.type === type);
  // the page hears of a refusal a moment after the edge has counted it
  await vi.waitFor(async () => expect(await told('tokenrefused')).toHaveLength(edge.refusals().length), {
    timeout: 60_000,
    interval: 200,
  });
  expect(await told('tokenerror')).toEqual([]);
}

/** Runs inside the page. */
function play({ src, options }: { src: string; options: Plugin.TokenSourceOptions | false }): void {
  const { Spf, SecureTokenFetch, recording } = window;
  const video = Object.assign(document.createElement('video'), { muted: true, playsInline: true });
  document.body.append(video);
  if (options) {
    window.installed = SecureTokenFetch.installSecureFetch(options);
    for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied']) {
      window.installed.source.addEventListener(type, (event) => {
        const { reason, status, urls, wait, error } = (event as CustomEvent).detail;
        recording.tokens.push({ type, reason, status: status ?? error?.status, urls, wait, code: error?.code });
      });
    }
  }
  const spf = new Spf.HlsVideoAdapter();
  Object.assign(window, { video, spf });
  recording.watch(video);
  spf.attach(video);
  spf.src = src;
  void spf.play();
}

/** Runs inside the page. */
function takeSnapshot(): SpfSnapshot {
  const { video, spf, recording } = window;
  const { currentTime, error } = video;
  return {
    currentTime,
    error: error ? `${error.code} ${error.message}` : undefined,
    reported: spf.error,
    tokens: recording.tokens,
    stalls: recording.stalls,
  };
}
