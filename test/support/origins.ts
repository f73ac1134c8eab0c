import { createLiveOrigin } from '../../examples/origin/live-origin.mjs';
import { createLowLatencyOrigin } from '../../examples/origin/low-latency-origin.mjs';
import { createVodOrigin } from '../../examples/origin/vod-origin.mjs';

const media = new URL('../media', import.meta.url).pathname;

/** `/vod/…` is the media of test/media, `/live/…` its fMP4 stream as an endless one, `/ll/i.m3u8` a low-latency one. */
export function createOrigins(): (request: Request) => Promise<Response> {
  const vod = createVodOrigin({ root: media, base: '/vod/' });
  const live = createLiveOrigin({ root: `${media}/fmp4`, base: '/live/' });
  const ll = createLowLatencyOrigin({ file: `${media}/ll/frag.mp4`, base: '/ll/' });
  return (request) => {
    const { pathname } = new URL(request.url);
    return (pathname.startsWith('/live/') ? live : pathname.startsWith('/ll/') ? ll : vod)(request);
  };
}
