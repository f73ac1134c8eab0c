import type { MediaPlayerClass } from 'dashjs';
import type * as dashjs from 'dashjs';
import type * as Plugin from '../../packages/dashjs/src/index.ts';
import type { PlayerTokens } from './player.ts';
import type { RecordedStall, RecordedTokenEvent } from './recording.ts';

declare global {
  interface Window {
    dashjs: typeof dashjs;
    SecureTokenDash: typeof Plugin;
    dashPlayer: MediaPlayerClass;
    dashSource: Plugin.TokenSource | undefined;
    dashErrors: { code: number | string; message: string }[];
    dashEnded: boolean;
    /** URLs that the app has seen in interceptors, events and metrics. */
    dashUrls: string[];
  }
}

/** One entry of dash.js's metrics. */
export interface DashRequest {
  readonly url: string;
  readonly type: string;
  readonly status: number | null;
  /** Time at which the request went out, in unix ms. */
  readonly startedAt: number;
  /** Milliseconds to the first byte. */
  readonly latency: number;
  readonly duration: number;
  /** Sum of all that was traced, in ms. */
  readonly traced: number;
}

export interface DashSnapshot {
  readonly currentTime: number;
  readonly ended: boolean;
  readonly paused: boolean;
  readonly readyState: number;
  readonly parts: number;
  readonly errors: readonly { readonly code: number | string; readonly message: string }[];
  readonly stalls: readonly RecordedStall[];
  readonly tokens: readonly RecordedTokenEvent[];
  readonly rejections: readonly string[];
  readonly requests: readonly DashRequest[];
  readonly urls: readonly string[];
  readonly throughput: number;
  readonly latency: number;
}

/** Details of the token events. */
interface TokenDetail {
  readonly reason?: string;
  readonly status?: number;
  readonly urls?: readonly string[];
  readonly wait?: number;
  readonly error?: Plugin.SecureTokenError;
}

export interface InPage {
  src: string;
  tokens: PlayerTokens | false;
  form: 'before' | 'initialized' | 'late' | 'later';
  settings: Record<string, unknown>;
}

/** Runs inside the page. */
export async function createPlayer({ src, tokens, form, settings }: InPage): Promise<void> {
  const { dashjs: dash, SecureTokenDash, recording } = window;
  const video = document.querySelector('video')!;
  const player = dash.MediaPlayer().create();
  const urls: string[] = [];
  Object.assign(window, { dashPlayer: player, dashErrors: [], dashEnded: false, dashUrls: urls });
  // the media of the tests are short: requests must go on while they play
  const playerSettings: object = {
    debug: { logLevel: 0 },
    streaming: { buffer: { bufferTimeDefault: 4, bufferTimeAtTopQuality: 4, initialBufferLevel: NaN }, ...settings },
  };
  player.updateSettings(playerSettings);
  const hear = (type: string, listener: (event: never) => void): void => player.on(type as never, listener as never);
  const secure = (): void => {
    if (!tokens) return;
    for (const type of ['tokenrenewed', 'tokenrefused', 'tokenerror', 'tokendenied']) {
      hear(type, ({ detail }: { detail: TokenDetail }) => {
        const { reason, status, urls: asked, wait, error } = detail;
        const { code, status: refusedWith } = error ?? {};
        recording.tokens.push({ type, reason, status: status ?? refusedWith, urls: asked, wait, code } as never);
      });
    }
    window.dashSource = SecureTokenDash.secureToken(player, tokens);
  };
  hear('error', ({ error }: { error: { code: number | string; message: string } }) =>
    window.dashErrors.push({ code: error.code, message: error.message }),
  );
  // dash.js may see the end before the element does: it pauses there, and the element never ends
  hear('playbackEnded', () => (window.dashEnded = true));
  hear('fragmentLoadingCompleted', ({ request }: { request: { url: string } }) => urls.push(request.url));
  if (form === 'before') secure();
  player.initialize();
  player.setAutoPlay(false);
  // dash.js hands these out, too
  player.addResponseInterceptor((response) => {
    urls.push(response.url ?? '', response.request.url);
    return Promise.resolve(response);
  });
  if (form === 'initialized') secure();
  player.attachView(video);
  player.attachSource(src);
  if (form === 'later') await new Promise((resolve) => setTimeout(resolve, 1000));
  if (form === 'late' || form === 'later') secure();
  recording.watch(video);
}

/** Runs inside the page. */
export function takeSnapshot(): DashSnapshot {
  const { dashPlayer: player, recording, dashErrors, dashEnded: ended, dashUrls } = window;
  const { currentTime, paused, readyState, buffered } = document.querySelector('video')!;
  const { stalls, tokens, rejections } = recording;
  interface Metric {
    url: string;
    actualurl: string | null;
    type: string;
    responsecode: number | null;
    trequest: Date | null;
    tresponse: Date | null;
    _tfinish: Date | null;
    trace?: { d: number }[];
    _resourceTimingValues?: { name: string };
  }
  const ready = player.isReady();
  const metrics = ready
    ? (['stream', 'video', 'audio', 'text'].flatMap((type) =>
        player.getDashMetrics().getHttpRequests(type as never),
      ) as unknown as Metric[])
    : [];
  return {
    currentTime,
    ended,
    paused,
    readyState,
    parts: buffered.length,
    errors: dashErrors,
    stalls,
    tokens,
    rejections,
    requests: metrics.map(({ url, type, responsecode, trequest, tresponse, _tfinish, trace = [] }) => ({
      url,
      type,
      status: responsecode,
      startedAt: Number(trequest),
      latency: Number(tresponse) - Number(trequest),
      duration: Number(_tfinish) - Number(trequest),
      traced: trace.reduce((total, { d }) => total + d, 0),
    })),
    urls: [
      ...dashUrls,
      ...metrics.flatMap((it) => [it.url, it.actualurl ?? '', it._resourceTimingValues?.name ?? '']),
      (player.getManifest() as { url?: string } | null)?.url ?? '',
    ].filter(Boolean),
    throughput: ready ? player.getAverageThroughput('video') : NaN,
    latency: ready ? player.getAverageLatency('video') : NaN,
  };
}
