import type Shaka from 'shaka-player';
import type * as SecureTokenShaka from '../../packages/shaka/src/index.ts';
import type { PlayerTokens } from './player.ts';
import type { RecordedStall, RecordedTokenEvent } from './recording.ts';

declare global {
  interface Window {
    shaka: typeof Shaka;
    SecureTokenShaka: typeof SecureTokenShaka;
    shakaPlayer: Shaka.Player;
    shakaSource: SecureTokenShaka.TokenSource | undefined;
    told: Told;
  }
}

export interface ToldError {
  readonly severity: number;
  readonly code: number;
  /** Code of the `SecureTokenError` in the data of this error. */
  readonly token: string | undefined;
  readonly text: string;
}

export interface ToldResponse {
  readonly type: number;
  readonly uri: string;
  readonly originalUri: string;
  readonly uris: readonly string[];
  readonly timeMs: number;
  /** Milliseconds that the browser has measured. */
  readonly networkMs: number;
}

export interface ToldSample {
  readonly ms: number;
  readonly bytes: number;
}

/** Everything that a page has heard of its player. */
export interface Told {
  readonly errors: ToldError[];
  /** `retry` of the networking engine. */
  readonly retries: ToldError[];
  readonly failedDownloads: string[];
  readonly responses: ToldResponse[];
  /** Samples of which the bandwidth estimate is made. */
  readonly samples: ToldSample[];
  /** URLs in events and filters that hold a token. */
  readonly leaks: string[];
  loadError: ToldError | undefined;
}

export interface ShakaSnapshot extends Told {
  readonly currentTime: number;
  readonly ended: boolean;
  readonly paused: boolean;
  readonly readyState: number;
  readonly stalls: readonly RecordedStall[];
  readonly tokens: readonly RecordedTokenEvent[];
  readonly rejections: readonly string[];
  readonly cues: number;
}

export interface InPage {
  src: string;
  tokens: PlayerTokens | false;
  config: object;
  startTime: number | null;
}

/** Runs inside the page. */
export function createShaka({ src, tokens, config, startTime }: InPage): void {
  const { shaka, SecureTokenShaka, recording } = window;
  const told: Told = {
    errors: [],
    retries: [],
    failedDownloads: [],
    responses: [],
    samples: [],
    leaks: [],
    loadError: undefined,
  };
  const video = document.querySelector('video')!;
  const player = new shaka.Player();
  const isSigned = (it: unknown): boolean => /[?&](st|e|md5|expires|token)=/.test(String(it));
  const tell = (error: Shaka.util.Error): ToldError => {
    const data = error.data as ({ name?: string; code?: string } | null)[];
    told.leaks.push(...data.filter(isSigned).map(String));
    const { code: token } = data.find((it) => it?.name === 'SecureTokenError') ?? {};
    return { severity: error.severity, code: error.code, token, text: error.message };
  };
  // the media of the tests are short: requests must go on while they play
  player.configure({ streaming: { bufferingGoal: 4, rebufferingGoal: 0.5 }, abr: { useNetworkInformation: false } });
  player.configure(config);
  player.configure('abrFactory', () => {
    const manager = new shaka.abr.SimpleAbrManager();
    const sample = manager.segmentDownloaded.bind(manager);
    manager.segmentDownloaded = (ms, bytes, ...others) => {
      told.samples.push({ ms, bytes });
      sample(ms, bytes, ...others);
    };
    return manager;
  });
  const engine = player.getNetworkingEngine()!;
  const look = (request: Shaka.extern.Request): void => void told.leaks.push(...request.uris.filter(isSigned));
  engine.registerRequestFilter((_, request) => look(request));
  const source = tokens ? SecureTokenShaka.secureToken(player, tokens) : undefined;
  engine.registerRequestFilter((_, request) => look(request));
  engine.registerResponseFilter((type, response) => {
    // Shaka 4 has no `originalRequest`
    const { uri, originalUri } = response;
    const { originalRequest } = response as Partial<Shaka.extern.Response>;
    told.leaks.push(...[uri, originalUri].filter(isSigned).map(String));
    if (originalRequest) look(originalRequest);
    // once Shaka has added the time of the filters
    setTimeout(() => {
      const { timeMs = NaN } = response;
      const { uris = [] } = originalRequest ?? {};
      const entries = performance.getEntriesByType('resource').filter(({ name }) => name.split('?')[0] === uri);
      const networkMs = entries.at(-1)?.duration ?? NaN;
      told.responses.push({ type: type, uri, originalUri, uris, timeMs, networkMs });
    });
  });
  type ShakaEvent = Event & { detail: Shaka.util.Error; error: Shaka.util.Error; request: Shaka.extern.Request };
  const hear = (target: object, type: string, listener: (event: ShakaEvent) => void): void =>
    (target as EventTarget).addEventListener(type, listener as (event: Event) => void);
  hear(player, 'error', ({ detail }) => told.errors.push(tell(detail)));
  hear(engine, 'retry', ({ error }) => told.retries.push(tell(error)));
  hear(player, 'downloadfailed', ({ request }) => told.failedDownloads.push(...request.uris));
  hear(player, 'downloadheadersreceived', ({ request }) => look(request));
  for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied']) {
    hear(player, type, (event) => {
      const { reason, status, urls, wait, error } = (event as unknown as CustomEvent).detail;
      recording.tokens.push({ type, reason, status: status ?? error?.status, urls, wait, code: error?.code });
    });
  }
  Object.assign(window, { shakaPlayer: player, shakaSource: source, video, told });
  recording.watch(video);
  void player.attach(video).then(() =>
    player.load(src, startTime).catch((error: unknown) => {
      told.loadError = tell(error as Shaka.util.Error);
    }),
  );
}

/** Runs inside the page. */
export function takeShakaSnapshot(): ShakaSnapshot {
  const { recording, told, video } = window;
  const { currentTime, ended, paused, readyState, textTracks } = video;
  const { stalls, tokens, rejections } = recording;
  return {
    ...told,
    currentTime,
    ended,
    paused,
    readyState,
    stalls,
    tokens,
    rejections,
    cues: [...textTracks].reduce((total, { cues }) => total + (cues?.length ?? 0), 0),
  };
}
