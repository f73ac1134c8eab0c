import { createFilmOrigin } from './film-origin.mjs';
import { createLiveOrigin } from './live-origin.mjs';

/**
 * Creates an origin that serves one recording as a film, `<base>film/master.m3u8`, and as a stream without end,
 * `<base>live/master.m3u8`. Each has one timeline, for players that know no discontinuities.
 * @param {object} options
 * @param {import('./bytes-response.mjs').Files} options.files fMP4
 * @param {number} options.seconds how long the recording is
 * @param {number} options.times how often the film repeats it
 * @param {() => number} [options.clock] unix ms
 * @param {number} [options.startedAt] unix ms at which the stream began: now, if it is left out
 * @param {string} [options.base] begins and ends with `/`
 * @returns {(request: Request) => Promise<Response>}
 */
export function createContinuousOrigin({
  files,
  seconds,
  times,
  clock = Date.now,
  startedAt = clock(),
  base = '/continuous/',
}) {
  const film = createFilmOrigin({ files, times, base: `${base}film/`, continuousAfter: seconds });
  const live = createLiveOrigin({ files, base: `${base}live/`, continuous: true, clock, startedAt });
  return (request) => (new URL(request.url).pathname.startsWith(`${base}live/`) ? live(request) : film(request));
}
