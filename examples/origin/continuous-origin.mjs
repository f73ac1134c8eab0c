import { createFilmOrigin } from './film-origin.mjs';
import { createLiveOrigin } from './live-origin.mjs';

/**
 * Creates an origin that serves one recording as a film, `<base>film/master.m3u8`, and as a stream without end,
 * `<base>live/master.m3u8`. Each has one timeline, for players that know no discontinuities.
 * @param {object} options
 * @param {string} options.root folder of the fMP4 files
 * @param {number} options.seconds how long the recording is
 * @param {number} options.times how often the film repeats it
 * @param {string} [options.base] begins and ends with `/`
 * @returns {(request: Request) => Promise<Response>}
 */
export function createContinuousOrigin({ root, seconds, times, base = '/continuous/' }) {
  const film = createFilmOrigin({ root, times, base: `${base}film/`, continuousAfter: seconds });
  const live = createLiveOrigin({ root, base: `${base}live/`, continuous: true });
  return (request) => (new URL(request.url).pathname.startsWith(`${base}live/`) ? live(request) : film(request));
}
