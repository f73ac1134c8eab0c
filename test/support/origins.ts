import { createContinuousOrigin } from '../../examples/origin/continuous-origin.mjs';
import { createFilmOrigin } from '../../examples/origin/film-origin.mjs';
import { createLiveOrigin } from '../../examples/origin/live-origin.mjs';
import { createLowLatencyOrigin } from '../../examples/origin/low-latency-origin.mjs';
import { createVodOrigin } from '../../examples/origin/vod-origin.mjs';
import { createDashLiveOrigin } from './dash-live-origin.ts';

const media = new URL('../media', import.meta.url).pathname;

/**
 * `/vod/…` is the media of test/media (20 s), `/film/…` the same as a film of ten minutes, `/live/…` its fMP4 stream as
 * an endless one, `/continuous/film/…` and `/continuous/live/…` that stream without discontinuities and subtitles,
 * `/one-timeline/…` the film without discontinuities, `/ll/i.m3u8` a low-latency one, `/dashlive/…` the DASH media as
 * an endless stream.
 */
export function createOrigins(): (request: Request) => Promise<Response> {
  const vod = createVodOrigin({ root: media, base: '/vod/' });
  const film = createFilmOrigin({ root: media, times: 30, base: '/film/' });
  const live = createLiveOrigin({ root: `${media}/fmp4`, base: '/live/' });
  const fmp4 = { root: `${media}/fmp4`, times: 30 };
  const continuous = createContinuousOrigin({ ...fmp4, seconds: 20 });
  const oneTimeline = createFilmOrigin({ ...fmp4, base: '/one-timeline/', continuousAfter: 20, subtitles: true });
  const ll = createLowLatencyOrigin({ file: `${media}/ll/frag.mp4`, base: '/ll/' });
  const dashlive = createDashLiveOrigin({ root: `${media}/dash`, base: '/dashlive/' });
  const origins = new Map(Object.entries({ vod, film, live, continuous, 'one-timeline': oneTimeline, ll, dashlive }));
  return (request) =>
    origins.get(new URL(request.url).pathname.split('/')[1]!)?.(request) ??
    Promise.resolve(new Response(null, { status: 404 }));
}
