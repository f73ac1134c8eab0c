import { bytesResponse } from './bytes-response.mjs';
import { fileContent } from './file-content.mjs';
import { memoryContent } from './memory-content.mjs';
import { mediaType } from './media-type.mjs';
import { emptyResponse, onlyReads, relativePath } from './origin-request.mjs';
import { repeatPlaylist } from './repeat-playlist.mjs';

/**
 * A long film made of a short one: on demand, every media playlist below `root` repeated `times` times. Repetitions
 * have URLs of their own (`r7/s003.ts` is `s003.ts` the seventh time after the first), so each needs tokens of its own.
 * @param {object} options
 * @param {string} options.root folder of the files
 * @param {number} options.times
 * @param {string} [options.base] URL path of that folder; begins and ends with `/`
 * @returns {(request: Request) => Promise<Response>}
 */
export function createFilmOrigin({ root, times, base = '/film/' }) {
  return onlyReads(async (request) => {
    const path = relativePath(request, base)?.replace(/(^|\/)r[1-9]\d*\/(?=[^/]+$)/, '$1');
    const content = path ? await fileContent(root, path) : undefined;
    if (content === undefined) return emptyResponse(404);
    if (content.type !== mediaType('.m3u8')) return bytesResponse(request, content);
    const text = await new Response(content.read(0, content.size)).text();
    return bytesResponse(request, memoryContent(repeatPlaylist(text, times), { type: content.type }));
  });
}
