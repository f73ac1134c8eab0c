import type Hls from 'hls.js';
import type { HlsConfig } from 'hls.js';
import type { adoptTokens } from '../../packages/core/src/adopt.ts';
import type * as SecureTokenHls from '../../packages/hlsjs/src/index.ts';
import type { OwnProfiles } from './chromium.mjs';
import type { HlsVersion, PageServer, ScriptFormat } from './page.ts';
import type { PlayerPage, Trouble } from './player-page.ts';
import { playerPage, withTrouble } from './player-page.ts';
import { openRecordedPage } from './recorded-page.ts';
import type { RecordedError, RecordedStall, RecordedTokenEvent } from './recording.ts';

declare global {
  interface Window {
    Hls: typeof Hls;
    SecureTokenHls: typeof SecureTokenHls;
    video: HTMLVideoElement;
    hls: Hls;
    source: SecureTokenHls.TokenSource | undefined;
    adoptTokens: typeof adoptTokens | undefined;
  }
}

/** Options that survive the way into the page. */
export type PlayerTokens = Omit<
  SecureTokenHls.TokenSourceOptions,
  'endpoint' | 'getTokens' | 'request' | 'protect' | 'adopt' | 'clock' | 'fetch' | 'random'
> & {
  endpoint: string;
  request?: { credentials?: RequestCredentials; headers?: Record<string, string> };
};

export interface PlayerOptions {
  src: string;
  /** Tokens of the player; without them, hls.js is alone. */
  tokens?: PlayerTokens;
  /** Whether the page passes `adoptTokens`. @default false */
  adopts?: boolean;
  /** @default '1.7' */
  hls?: HlsVersion;
  /** @default 'script' */
  format?: ScriptFormat;
  /**
   * Way to attach the plugin: to the instance, or merged into the configuration it is built from.
   * @default 'instance'
   */
  attach?: 'instance' | 'config';
  /** Values only: it travels into the page as JSON. */
  config?: Partial<Record<keyof HlsConfig, unknown>>;
  /** Whether the test moves the clock of the page. @default false */
  clock?: boolean;
}

interface SeenInPage {
  readonly currentTime: number;
  readonly duration: number;
  readonly ended: boolean;
  readonly paused: boolean;
  readonly buffered: readonly (readonly [number, number])[];
  readonly mediaError: string | undefined;
  readonly errors: readonly RecordedError[];
  readonly stalls: readonly RecordedStall[];
  readonly tokens: readonly RecordedTokenEvent[];
  readonly rejections: readonly string[];
  readonly loaded: readonly string[];
  readonly levels: readonly number[];
  readonly level: number;
  readonly bandwidthEstimate: number;
  /** Seconds behind the live edge. */
  readonly latency: number;
  readonly cues: number;
}

export interface Snapshot extends SeenInPage, Trouble {
  /** Errors that a viewer or an app would have to do with. */
  readonly faults: readonly RecordedError[];
}

export interface PlayerRequest {
  /** Unix ms. */
  readonly at: number;
  readonly url: URL;
  readonly range: string | undefined;
}

export type Player = PlayerPage<Snapshot, PlayerRequest>;

/**
 * Errors of hls.js that say nothing about the network: it aborted a request itself, or found that the clock of the
 * media stood still for a moment, as it does on a busy machine.
 */
export const HARMLESS = ['aborted', 'bufferStalledError', 'bufferNudgeOnStall', 'bufferSeekOverHole'];

/** Opens a page of its own context: no cache and no cookie is shared. */
export async function openPlayer(browser: OwnProfiles, pages: PageServer, options: PlayerOptions): Promise<Player> {
  const { hls = '1.7', format = 'script', attach = 'instance', clock = false, adopts = false, ...rest } = options;
  const requests: PlayerRequest[] = [];
  const opened = await openRecordedPage({ browser, pages }, pages.url(hls, format), async (page) => {
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (url.origin !== pages.origin) requests.push({ at: Date.now(), url, range: request.headers().range });
    });
    if (clock) await page.clock.install();
  });
  const { page } = opened;
  await page.waitForFunction(() => 'SecureTokenHls' in window);
  if (adopts) {
    const content =
      "import { adoptTokens } from '/packages/core/dist/adopt.js'; Object.assign(window, { adoptTokens });";
    await page.addScriptTag({ type: 'module', content });
    await page.waitForFunction(() => 'adoptTokens' in window);
  }
  await page.evaluate(createPlayer, { attach, ...rest });
  const complete = withTrouble(opened);
  const player = playerPage<SeenInPage, Snapshot>(opened, {
    look: takeSnapshot,
    complete: (seen) => ({
      ...complete(seen),
      faults: seen.errors.filter(({ fatal, details }) => fatal || !HARMLESS.includes(details)),
    }),
    start(rate) {
      window.video.defaultPlaybackRate = window.video.playbackRate = rate;
      // not awaited: it may never settle; a new source interrupts it
      window.video
        .play()
        .catch(
          (error: unknown) => (error as Error).name === 'AbortError' || window.recording.rejections.push(String(error)),
        );
    },
  });
  return { ...player, requests };
}

/** Runs inside the page. */
function createPlayer({
  src,
  tokens: given,
  attach,
  config = {},
}: Omit<PlayerOptions, 'hls' | 'format' | 'clock'>): void {
  const { Hls, SecureTokenHls, recording, adoptTokens } = window;
  const tokens = given && { ...given, ...(adoptTokens && { adopt: adoptTokens }) };
  const video = document.querySelector('video')!;
  // what is passed on is the app's to destroy; `secureToken` destroys what it has made itself
  const shared = tokens && attach === 'config' ? SecureTokenHls.createTokenSource(tokens) : undefined;
  const hls = new Hls({ ...(config as Partial<HlsConfig>), ...(shared && SecureTokenHls.secureTokenConfig(shared)) });
  const source = shared ?? (tokens && SecureTokenHls.secureToken(hls, tokens));
  Object.assign(window, { video, hls, source });
  hls.on(Hls.Events.ERROR, (_, { type, details, fatal, response, url, frag, context, error }) => {
    recording.errors.push({
      type,
      details,
      fatal,
      code: response?.code,
      url: url ?? frag?.url ?? context?.url,
      text: String(error),
      at: video.currentTime,
    });
  });
  hls.on(Hls.Events.FRAG_LOADED, (_, { frag, part }) =>
    recording.loaded.push(`${frag.type} ${frag.level} ${frag.sn}${part ? `.${part.index}` : ''}`),
  );
  hls.on(Hls.Events.LEVEL_SWITCHED, (_, { level }) => recording.levels.push(level));
  for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied']) {
    source?.addEventListener(type, (event) => {
      const { reason, status, urls, wait, error } = (event as CustomEvent).detail;
      recording.tokens.push({ type, reason, status: status ?? error?.status, urls, wait, code: error?.code });
    });
  }
  recording.watch(video);
  hls.loadSource(src);
  hls.attachMedia(video);
}

/** Runs inside the page. */
function takeSnapshot(): SeenInPage {
  const { hls, video, recording } = window;
  const { errors, stalls, tokens, rejections, loaded, levels } = recording;
  const { currentTime, duration, ended, paused, buffered, error, textTracks } = video;
  return {
    currentTime,
    duration,
    ended,
    paused,
    buffered: Array.from(
      { length: buffered.length },
      (_, index) => [buffered.start(index), buffered.end(index)] as const,
    ),
    mediaError: error ? `${error.code} ${error.message}` : undefined,
    errors,
    stalls,
    tokens,
    rejections,
    loaded,
    levels,
    level: hls.currentLevel,
    bandwidthEstimate: hls.bandwidthEstimate,
    latency: hls.latency,
    cues: [...textTracks].reduce((total, { cues }) => total + (cues?.length ?? 0), 0),
  };
}
