import type videojs from 'video.js';
import type VideoJsPlayer from 'video.js/dist/types/player';
import type * as Plugin from '../../packages/videojs/src/index.ts';
import type { PlayerTokens } from './player.ts';
import type { RecordedStall, RecordedTokenEvent } from './recording.ts';

declare global {
  interface Window {
    videojs: typeof videojs;
    videojsSecureToken: typeof Plugin;
    players: VideoJsPlayer[];
    seen: { events: string[]; ready: boolean; loads: number; underflows: number };
  }
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
  /** Seconds at which the cues begin. */
  readonly cueStarts: readonly number[];
  /** Times that VHS has sought to where its audio was, because there was no video. */
  readonly underflows: number;
  /** Parts of the media that are buffered: 1 without a hole. */
  readonly parts: number;
  readonly pageErrors: readonly string[];
}

interface InPage {
  source: { src: string; type: string };
  tokens: PlayerTokens | false;
  form: 'plugins' | 'element' | 'call';
  options: Record<string, unknown>;
  attributes: Record<string, string>;
  tracks: Record<string, string>[];
}

/** Runs inside the page. */
export function createPlayer({ source, tokens, form, options, attributes, tracks }: InPage): void {
  window.players = [];
  window.seen = { events: [], ready: false, loads: 0, underflows: 0 };
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
      on(types: string[], listener: (event: Event & { name?: string }) => void): void;
    };
    tech.on(['retryplaylist', 'excludeplaylist'], ({ type }) => seen.events.push(type));
    tech.on(['usage'], ({ name }) => name === 'vhs-video-underflow' && seen.underflows++);
    recording.watch(tech.el());
  });
}

/** Runs inside the page. */
export function takeSnapshot(): Omit<VideojsSnapshot, 'pageErrors'> {
  const { players, recording, seen, videojs } = window;
  const player = players[0]!;
  const { stalls, tokens } = recording;
  const error = player.error() as unknown as { code: number; message: string } | null;
  // no tech yet while the first source waits for its token
  const tech = player.tech(true) as unknown as { vhs?: { bandwidth: number } } | undefined;
  const tracks = Array.from(player.textTracks() as unknown as ArrayLike<TextTrack>);
  const subtitles = tracks.filter(({ kind }) => kind === 'subtitles');
  const cueStarts = subtitles.flatMap(({ cues }) => Array.from(cues ?? [], ({ startTime }) => startTime));
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
    cues: cueStarts.length,
    cueStarts,
    underflows: seen.underflows,
  };
}
