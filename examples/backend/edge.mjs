import { createEdgeHandler } from 'secure-token-server';
import { createContinuousOrigin } from '../origin/continuous-origin.mjs';
import { createFilmOrigin } from '../origin/film-origin.mjs';
import { createLiveOrigin } from '../origin/live-origin.mjs';
import { createLowLatencyOrigin } from '../origin/low-latency-origin.mjs';
import { createMp4Origin } from '../origin/mp4-origin.mjs';
import { emptyResponse } from '../origin/origin-request.mjs';
import { demoFormats } from './demo-format.mjs';
import { demoNow } from './demo-state.mjs';

/**
 * The edge of the examples: origins, none of which gives anything away without a token. Below `/by-hand` it has the same
 * once more, so that the requests of two players are told apart.
 * @param {import('./demo-state.mjs').DemoState} state
 * @param {object} options
 * @param {string} [options.base] of its paths; begins with `/`, ends without
 * @param {import('../origin/bytes-response.mjs').Files} options.files the media
 * @returns {(request: Request) => Promise<Response>}
 */
export function createEdge(state, { base = '', files }) {
  const clock = () => demoNow(state);
  const { startedAt } = state;
  /** @type {import('../origin/bytes-response.mjs').Files} */
  const fmp4 = (path) => files(`fmp4/${path}`);
  /** @type {Readonly<Record<string, (request: Request) => Promise<Response>>>} */
  const origins = {
    continuous: createContinuousOrigin({ files: fmp4, seconds: 20, times: 30, clock, startedAt }),
    film: createFilmOrigin({ files, times: 30 }),
    live: createLiveOrigin({ files: fmp4, clock, startedAt }),
    'low-latency': createLowLatencyOrigin({ files, file: 'll/frag.mp4', clock, startedAt }),
    // ten minutes: no browser buffers all of it
    mp4: createMp4Origin({ files, file: 'v.mp4', times: 30, size: 48e6, rate: 2e6 }),
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
  return createEdgeHandler({
    origin(request) {
      const { pathname, search, origin } = new URL(request.url);
      const path = pathname.slice(base.length).replace(/^\/by-hand(?=\/)/, '');
      const answer = origins[path.split('/')[1] ?? ''];
      return answer?.(new Request(origin + path + search, request)) ?? emptyResponse(404);
    },
    format() {
      // Both kinds, whatever the endpoint makes: a switch must not refuse those that players still have.
      const format = demoFormats(state.secret, base).folder;
      if (!state.refusing) return format;
      return {
        ...format,
        verify: (request, now) =>
          takesFifth(request.url) ? { ok: false, status: 403, reason: 'signature' } : format.verify(request, now),
      };
    },
    clock: () => clock() + state.edgeClock * 1000,
  });
}
