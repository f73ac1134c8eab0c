import { createFilmOrigin } from '../../examples/origin/film-origin.mjs';
import { createLiveOrigin } from '../../examples/origin/live-origin.mjs';
import { createLowLatencyOrigin } from '../../examples/origin/low-latency-origin.mjs';
import type { Stage } from './stage.ts';

const media = new URL('../media', import.meta.url).pathname;

/** What only a playlist with parts has. */
const OF_PARTS = /^#EXT-X-(PART|PART-INF|PRELOAD-HINT|SERVER-CONTROL):.*\n/gm;

type Origin = (request: Request) => Promise<Response>;

/** The stream of an origin of parts as a packager without them would publish it. */
function withoutParts(origin: Origin): Origin {
  return async (request) => {
    const response = await origin(request);
    if (!response.ok || !new URL(request.url).pathname.endsWith('.m3u8')) return response;
    const headers = new Headers(response.headers);
    headers.delete('content-length');
    return new Response((await response.text()).replace(OF_PARTS, ''), { headers });
  };
}

/**
 * `/one/i.m3u8` is live with segments of one second, `/live/master.m3u8` live with audio and subtitles of their own and
 * segments of two, `/ll/i.m3u8` low latency, `/hours/fmp4/master.m3u8` a film of two hours with audio and subtitles.
 */
export function createCallOrigins(): Origin {
  const file = `${media}/ll/frag.mp4`;
  const origins = new Map<string, Origin>([
    ['one', withoutParts(createLowLatencyOrigin({ file, partsPerSegment: 2, base: '/one/' }))],
    ['ll', createLowLatencyOrigin({ file, base: '/ll/' })],
    ['live', createLiveOrigin({ root: `${media}/fmp4`, base: '/live/' })],
    ['hours', createFilmOrigin({ root: media, times: 360, base: '/hours/' })],
  ]);
  return (request) =>
    origins.get(new URL(request.url).pathname.split('/')[1]!)?.(request) ??
    Promise.resolve(new Response(null, { status: 404 }));
}

export interface Counts {
  readonly calls: number;
  /** URLs in them. */
  readonly signed: number;
  readonly requests: number;
  /** Of media, not of playlists. */
  readonly segments: number;
}

/** Since the beginning of the stage, or since `before`. */
export function countsOf(stage: Stage, before?: Counts): Counts {
  const requests = stage.edge.requests;
  const now = {
    calls: stage.signer.calls.length,
    signed: stage.signer.calls.reduce((sum, { urls }) => sum + urls.length, 0),
    requests: requests.length,
    segments: requests.filter(({ path }) => !path.endsWith('.m3u8')).length,
  };
  if (!before) return now;
  const since = (name: keyof Counts): number => now[name] - before[name];
  return {
    calls: since('calls'),
    signed: since('signed'),
    requests: since('requests'),
    segments: since('segments'),
  };
}
