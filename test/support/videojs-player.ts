import { setTimeout as delay } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import type videojs from 'video.js';
import type VideoJsPlayer from 'video.js/dist/types/player';
import type * as Plugin from '../../packages/videojs/src/index.ts';
import type { PlayerTokens } from './player.ts';
import { lookEvery } from './player.ts';
import type { RecordedStall, RecordedTokenEvent } from './recording.ts';
import { installRecording } from './recording.ts';
import type { Stage } from './stage.ts';
import type { Carrier } from './token-formats.ts';

declare global {
  interface Window {
    videojs: typeof videojs;
    videojsSecureToken: typeof Plugin;
    players: VideoJsPlayer[];
    seen: { events: string[]; ready: boolean; loads: number };
  }
}

const builds = {
  '8.24': ['video.js/dist/video.min.js'],
  '8.17': ['video.js-8.17/dist/video.min.js'],
  /** `video.js/core` and VHS in a file of its own. */
  core: ['video.js/dist/alt/video.core.min.js', '@videojs/http-streaming/dist/videojs-http-streaming.min.js'],
};

export interface VideojsOptions {
  /** Paths below the carrier; the first is played. */
  path: string;
  type?: string;
  tokens?: Partial<PlayerTokens> | false;
  /**
   * Where the source and the plugin are given: both at creation, in the page, or one after the other. @default 'call'
   */
  form?: 'plugins' | 'element' | 'call';
  /** Options of the player; values only. */
  options?: Record<string, unknown>;
  /** Attributes of the element. */
  attributes?: Record<string, string>;
  /** `<track>` elements in the page: paths of their files, below the carrier, and their attributes. */
  tracks?: ({ path: string } & Record<string, string>)[];
  /** @default '8.24' */
  version?: keyof typeof builds;
  /** Whether the test moves the clock of the page. @default false */
  clock?: boolean;
  /** Runs in the page before the player is made. */
  before?: () => void;
}

export interface VideojsSnapshot {
  readonly currentTime: number;
  readonly duration: number;
  readonly ended: boolean;
  readonly paused: boolean;
  readonly readyState: number;
  readonly rate: number;
  readonly error: { code: number; message: string } | null;
  readonly src: string;
  readonly stalls: readonly RecordedStall[];
  readonly tokens: readonly RecordedTokenEvent[];
  readonly events: readonly string[];
  readonly logs: readonly string[];
  readonly bandwidth: number;
  readonly cues: number;
  /** Parts of the media that are buffered: 1 without a hole. */
  readonly parts: number;
  readonly pageErrors: readonly string[];
}

export interface VideojsPage {
  readonly page: Page;
  /** Requests for anything but the page's own files, as the browser sent them. */
  readonly requests: readonly string[];
  readonly pageErrors: readonly string[];
  play(rate?: number): Promise<void>;
  snapshot(): Promise<VideojsSnapshot>;
  /** Resolves with the first snapshot that fits. @throws with the last one after `seconds` */
  until(fits: (snapshot: VideojsSnapshot) => boolean, seconds?: number): Promise<VideojsSnapshot>;
  close(): Promise<void>;
}

/** Opens a page with Video.js and a player of `path`, with tokens of `carrier`. */
export async function openVideojs(stage: Stage, carrier: Carrier, given: VideojsOptions): Promise<VideojsPage> {
  const {
    path,
    type = typeOf(path),
    tokens = {},
    form = 'call',
    options = {},
    attributes = {},
    tracks = [],
    version = '8.24',
    before,
    clock = false,
  } = given;
  const { pages, signer, browser } = stage;
  const context = await browser.newContext();
  const page = await context.newPage();
  const pageErrors: string[] = [];
  const requests: string[] = [];
  page.on('pageerror', (error) => pageErrors.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(pages.origin)) requests.push(request.url());
  });
  if (clock) await page.clock.install();
  await page.addInitScript(installRecording);
  await page.goto(`${pages.origin}/test/support/videojs.html`);
  for (const url of builds[version]) await page.addScriptTag({ url: `/node_modules/${url}` });
  await page.addScriptTag({ url: '/packages/videojs/dist/videojs-secure-token.min.js' });
  if (before) await page.evaluate(before);
  await page.evaluate(createPlayer, {
    source: { src: stage.url(carrier, path), type },
    tokens: tokens && {
      endpoint: signer.endpoint(carrier),
      ...(carrier === 'cookie' && { request: { credentials: 'include' as const } }),
      ...tokens,
    },
    form,
    options,
    attributes,
    tracks: tracks.map(({ path: file, ...rest }) => ({
      kind: 'subtitles',
      srclang: 'en',
      src: stage.url(carrier, file),
      ...rest,
    })),
  });
  const snapshot = async (): Promise<VideojsSnapshot> => ({ ...(await page.evaluate(takeSnapshot)), pageErrors });
  const until = async (fits: (seen: VideojsSnapshot) => boolean, seconds = 60): Promise<VideojsSnapshot> => {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const seen = await snapshot();
      if (fits(seen)) return seen;
      if (Date.now() > deadline)
        throw new Error(
          `Not in ${seconds} s: ${fits.toString()}\n${JSON.stringify({ ...seen, logs: seen.logs.filter((line) => !line.includes('DEBUG')).slice(-5), events: seen.events.slice(0, 20) })}`,
        );
      await delay(lookEvery);
    }
  };
  return {
    page,
    requests,
    pageErrors,
    snapshot,
    until,
    async play(rate = 1) {
      // Video.js forgets a play() between the making of its tech and `loadstart`, with or without a plugin
      await page.waitForFunction(() => window.seen.ready && window.seen.loads > 0, undefined, { timeout: 60_000 });
      await page.evaluate((speed) => {
        const [player] = window.players;
        player!.defaultPlaybackRate(speed);
        player!.playbackRate(speed);
        void Promise.resolve(player!.play()).catch(() => undefined);
      }, rate);
      await until(({ currentTime }) => currentTime > 0);
    },
    close: () => context.close(),
  };
}

export const typeOf = (path: string): string =>
  path.endsWith('.mpd') ? 'application/dash+xml' : path.endsWith('.mp4') ? 'video/mp4' : 'application/x-mpegURL';

interface InPage {
  source: { src: string; type: string };
  tokens: PlayerTokens | false;
  form: 'plugins' | 'element' | 'call';
  options: Record<string, unknown>;
  attributes: Record<string, string>;
  tracks: Record<string, string>[];
}

/** Runs inside the page. */
function createPlayer({ source, tokens, form, options, attributes, tracks }: InPage): void {
  window.players = [];
  window.seen = { events: [], ready: false, loads: 0 };
  const { videojs, seen, recording } = window;
  // the media of the tests are short: requests must go on while they play
  Object.assign((videojs as unknown as { Vhs: object }).Vhs, { GOAL_BUFFER_LENGTH: 4, MAX_GOAL_BUFFER_LENGTH: 4 });
  const element = document.createElement('video');
  element.className = 'video-js';
  element.muted = true;
  element.setAttribute('muted', '');
  element.width = 320;
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (form === 'element') {
    const child = document.createElement('source');
    Object.assign(child, source);
    element.append(child);
  }
  for (const track of tracks) {
    const child = document.createElement('track');
    for (const [name, value] of Object.entries(track)) child.setAttribute(name, value);
    element.append(child);
  }
  document.body.append(element);
  const all = {
    preload: 'auto',
    ...options,
    ...(form !== 'call' && tokens && { plugins: { secureToken: tokens } }),
    ...(form === 'plugins' && { sources: [source] }),
  };
  const player = videojs(element, all);
  window.players.push(player);
  if (form === 'call') {
    if (tokens) player.secureToken(tokens);
    player.src(source);
  }
  for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied']) {
    player.on(
      type,
      (event: {
        detail: { reason?: string; status?: number; urls: string[]; wait: number; error?: Plugin.SecureTokenError };
      }) => {
        const { reason, status, urls, wait, error } = event.detail;
        recording.tokens.push({
          type,
          reason,
          status: status ?? error?.status,
          urls,
          wait,
          code: error?.code,
        } as never);
      },
    );
  }
  player.on('error', () => seen.events.push(`error ${player.error()?.code} ${player.error()?.message}`));
  player.on('loadstart', () => seen.loads++);
  player.ready(() => {
    seen.ready = true;
    const tech = player.tech(true) as unknown as {
      el(): HTMLVideoElement;
      on(types: string[], listener: (event: Event) => void): void;
    };
    tech.on(['retryplaylist', 'excludeplaylist'], ({ type }) => seen.events.push(type));
    recording.watch(tech.el());
  });
}

/** Runs inside the page. */
function takeSnapshot(): Omit<VideojsSnapshot, 'pageErrors'> {
  const { players, recording, seen, videojs } = window;
  const player = players[0]!;
  const { stalls, tokens } = recording;
  const error = player.error() as unknown as { code: number; message: string } | null;
  // no tech yet while the first source waits for its token
  const tech = player.tech(true) as unknown as { vhs?: { bandwidth: number } } | undefined;
  const tracks = Array.from(player.textTracks() as unknown as ArrayLike<TextTrack>);
  return {
    currentTime: player.currentTime()!,
    duration: player.duration()!,
    ended: player.ended(),
    paused: player.paused(),
    readyState: player.readyState() || 0,
    rate: player.playbackRate()!,
    error: error && { code: error.code, message: error.message },
    src: player.currentSrc(),
    stalls,
    tokens,
    events: seen.events,
    logs: videojs.log.history().map((line: unknown[]) => line.map(String).join(' ')),
    parts: (player.buffered() as TimeRanges).length,
    bandwidth: tech?.vhs?.bandwidth ?? 0,
    cues: tracks.filter(({ kind }) => kind === 'subtitles').reduce((total, { cues }) => total + (cues?.length ?? 0), 0),
  };
}
