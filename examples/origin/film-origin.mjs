import { bytesOf, bytesResponse } from './bytes-response.mjs';
import { laterSegment, laterSubtitles } from './later-segment.mjs';
import { withoutSubtitles } from './media-playlist.mjs';
import { mediaType } from './media-type.mjs';
import { memoryContent } from './memory-content.mjs';
import { emptyResponse, onlyReads, relativePath } from './origin-request.mjs';
import { repeatPlaylist } from './repeat-playlist.mjs';

/**
 * The functions that move a file to a later place on one timeline, by the file's media type.
 * @type {Readonly<Record<string, typeof laterSegment>>}
 */
const laterBy = { [mediaType('.m4s')]: laterSegment, [mediaType('.vtt')]: laterSubtitles };

/**
 * A long film made of a short one: on demand, every media playlist of `files` repeated `times` times. Repetitions
 * have URLs of their own (`r7/s003.ts` is `s003.ts` the seventh time after the first), so each needs tokens of its own.
 * @param {object} options
 * @param {import('./bytes-response.mjs').Files} options.files
 * @param {number} options.times
 * @param {string} [options.base] URL path of these files; begins and ends with `/`
 * @param {boolean} [options.subtitles] whether a film on one timeline has them; some players know none
 * @param {number} [options.continuousAfter] seconds of the short one, if the film is to have one timeline, for players
 *   that know no discontinuities: fMP4. @default each repetition begins at 0 again
 * @returns {(request: Request) => Promise<Response>}
 */
export function createFilmOrigin({ files, times, base = '/film/', continuousAfter = 0, subtitles = false }) {
  const continuous = continuousAfter > 0;
  return onlyReads(async (request) => {
    const asked = relativePath(request, base);
    const path = asked?.replace(/(^|\/)r[1-9]\d*\/(?=[^/]+$)/, '$1');
    const content = path ? await files(path) : undefined;
    if (content === undefined) return emptyResponse(404);
    if (content.type !== mediaType('.m3u8')) {
      const turn = Number(/(?:^|\/)r(\d+)\/[^/]+$/.exec(asked ?? '')?.[1] ?? 0);
      const later = continuous && turn > 0 ? laterBy[content.type] : undefined;
      return bytesResponse(request, later ? await later(content, turn * continuousAfter) : content);
    }
    const text = new TextDecoder().decode(await bytesOf(content));
    const repeated = repeatPlaylist(continuous && !subtitles ? withoutSubtitles(text) : text, times, { continuous });
    return bytesResponse(request, memoryContent(repeated, { type: content.type }));
  });
}
