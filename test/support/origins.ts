import { readFileSync } from 'node:fs';
import { bytesResponse } from '../../examples/origin/bytes-response.mjs';
import { createContinuousOrigin } from '../../examples/origin/continuous-origin.mjs';
import { filesBelow } from '../../examples/origin/file-content.mjs';
import { createFilmOrigin } from '../../examples/origin/film-origin.mjs';
import { createLiveOrigin } from '../../examples/origin/live-origin.mjs';
import { createLowLatencyOrigin } from '../../examples/origin/low-latency-origin.mjs';
import { longMp4 } from '../../examples/origin/long-mp4.mjs';
import { memoryContent } from '../../examples/origin/memory-content.mjs';
import { createVodOrigin } from '../../examples/origin/vod-origin.mjs';
import { createDashLiveOrigin } from './dash-live-origin.ts';

export type Origin = (request: Request) => Promise<Response>;

const media = new URL('../media', import.meta.url).pathname;
const recordings = filesBelow(media);
const fmp4 = filesBelow(`${media}/fmp4`);

/** Matches the tags that only a playlist with parts has. */
const OF_PARTS = /^#EXT-X-(PART|PART-INF|PRELOAD-HINT|SERVER-CONTROL):.*\n/gm;

/** A live stream with segments of one second: the low-latency one without its parts. */
function ofSeconds(base: string): Origin {
  const origin = createLowLatencyOrigin({ files: recordings, file: 'll/frag.mp4', partsPerSegment: 2, base });
  return async (request) => {
    const response = await origin(request);
    if (!new URL(request.url).pathname.endsWith('.m3u8')) return response;
    return new Response((await response.text()).replace(OF_PARTS, ''), { headers: { 'cache-control': 'no-store' } });
  };
}

let film: ReturnType<typeof memoryContent> | undefined;
/** An MP4 of ten minutes: more than a browser loads ahead. */
const filmMp4 = (request: Request): Response => {
  const sample = readFileSync(`${media}/v.mp4`);
  film ??= memoryContent(Buffer.concat([...longMp4(sample, { turns: 30, size: 32e6 })]), { type: 'video/mp4' });
  return bytesResponse(request, film);
};

/**
 * `/vod/…` is the media of test/media (20 s), `/vod/film.mp4` an MP4 of ten minutes, `/film/…` the same as a film of
 * ten minutes, `/live/…` its fMP4 stream as an endless one, `/continuous/film/…` and `/continuous/live/…` that stream
 * without discontinuities and subtitles, `/one-timeline/…` the film without discontinuities, `/ll/i.m3u8` a low-latency
 * one, `/dashlive/…` the DASH media as an endless stream, `/seconds/i.m3u8` one with segments of one second.
 *
 * @param files what else is served, by its path
 */
export function createOrigins(
  files: Record<string, (request: Request) => string | Response | Promise<Response>> = {},
): Origin {
  const vod = createVodOrigin({ root: media, base: '/vod/' });
  const film = createFilmOrigin({ files: recordings, times: 30, base: '/film/' });
  const live = createLiveOrigin({ files: fmp4, base: '/live/' });
  const continuous = createContinuousOrigin({ files: fmp4, times: 30, seconds: 20 });
  const oneTimeline = createFilmOrigin({
    files: fmp4,
    times: 30,
    base: '/one-timeline/',
    continuousAfter: 20,
    subtitles: true,
  });
  const ll = createLowLatencyOrigin({ files: recordings, file: 'll/frag.mp4', base: '/ll/' });
  const dashlive = createDashLiveOrigin({ root: `${media}/dash`, base: '/dashlive/' });
  const origins = new Map(
    Object.entries({
      vod,
      film,
      live,
      continuous,
      'one-timeline': oneTimeline,
      ll,
      dashlive,
      seconds: ofSeconds('/seconds/'),
    }),
  );
  return async (request) => {
    const { pathname } = new URL(request.url);
    const file = await (pathname === '/vod/film.mp4' ? filmMp4 : files[pathname])?.(request);
    if (file !== undefined) return typeof file === 'string' ? new Response(file) : file;
    return origins.get(pathname.split('/')[1]!)?.(request) ?? new Response(null, { status: 404 });
  };
}
