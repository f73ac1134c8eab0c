import { join } from 'node:path';
import { createEdgeHandler } from 'secure-token-server';
import { createContinuousOrigin } from '../origin/continuous-origin.mjs';
import { createFilmOrigin } from '../origin/film-origin.mjs';
import { createLiveOrigin } from '../origin/live-origin.mjs';
import { createLowLatencyOrigin } from '../origin/low-latency-origin.mjs';
import { createMp4Origin } from '../origin/mp4-origin.mjs';
import { emptyResponse } from '../origin/origin-request.mjs';
import { createVodOrigin } from '../origin/vod-origin.mjs';
import { demoFormats } from './demo-format.mjs';

/**
 * The edge of the examples: origins, none of which gives anything away without a token.
 * @param {import('./demo-state.mjs').DemoState} state
 * @param {object} options
 * @param {string} options.media folder
 * @param {(request: Request) => Promise<Response>} options.accounts answers below `/accounts/`
 * @returns {(request: Request) => Promise<Response>}
 */
export function createEdge(state, { media, accounts }) {
  /** @type {Readonly<Record<string, (request: Request) => Promise<Response>>>} */
  const origins = {
    continuous: createContinuousOrigin({ root: join(media, 'fmp4'), seconds: 20, times: 30 }),
    film: createFilmOrigin({ root: media, times: 30 }),
    live: createLiveOrigin({ root: join(media, 'fmp4') }),
    'low-latency': createLowLatencyOrigin({ file: join(media, 'll/frag.mp4') }),
    // ten minutes: no browser buffers all of it
    mp4: createMp4Origin({ file: join(media, 'v.mp4'), times: 30, size: 48e6, rate: 2e6 }),
    vod: createVodOrigin({ root: media, base: '/vod/' }),
  };
  let requests = 0;
  /** Paths whose next request is let through: a replay that meets the next fifth request would be refused, too. */
  const refused = new Set();
  /** @type {(url: string) => boolean} */
  const takesFifth = (url) => {
    const { pathname } = new URL(url);
    const isFifth = ++requests % 5 === 0;
    if (refused.delete(pathname) || !isFifth) return false;
    refused.add(pathname);
    return true;
  };
  const edge = createEdgeHandler({
    origin: (request) => origins[new URL(request.url).pathname.split('/')[1] ?? '']?.(request) ?? emptyResponse(404),
    format() {
      // Both kinds, whatever the endpoint makes: a switch must not refuse those that players still have.
      const format = demoFormats(state.secret).folder;
      if (!state.refusing) return format;
      return {
        ...format,
        verify: (request, now) =>
          takesFifth(request.url) ? { ok: false, status: 403, reason: 'signature' } : format.verify(request, now),
      };
    },
    clock: () => Date.now() + state.edgeClock * 1000,
  });
  return (request) => (new URL(request.url).pathname.startsWith('/accounts/') ? accounts(request) : edge(request));
}
