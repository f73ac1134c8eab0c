import { readFile } from 'node:fs/promises';
import { bytesResponse } from './bytes-response.mjs';
import { longMp4 } from './long-mp4.mjs';
import { mediaType } from './media-type.mjs';
import { memoryContent } from './memory-content.mjs';
import { emptyResponse, onlyReads } from './origin-request.mjs';
import { pacedStream } from './paced-stream.mjs';

/**
 * One long MP4 made of a short one, under a URL for each who asks: `/mp4/any-name/film.mp4`. Its ETag is the beginning
 * of its SHA-256 in Base64url.
 * @param {object} options
 * @param {string} options.file the short one
 * @param {number} options.times
 * @param {number} options.size of the long one, in bytes, more or less
 * @param {number} options.rate bytes a second
 * @returns {(request: Request) => Promise<Response>}
 */
export function createMp4Origin({ file, times, size, rate }) {
  /** @type {Promise<import('./bytes-response.mjs').Content> | undefined} */
  let film;
  const make = async () => {
    const bytes = new Uint8Array(Buffer.concat([...longMp4(await readFile(file), { turns: times, size })]));
    const content = memoryContent(bytes, { type: mediaType('.mp4') });
    return {
      ...content,
      read: (/** @type {number} */ start, /** @type {number} */ end) => pacedStream(bytes.subarray(start, end), rate),
    };
  };
  return onlyReads(async (request) => {
    if (!/^\/mp4\/[a-z-]+\/film\.mp4$/.test(new URL(request.url).pathname)) return emptyResponse(404);
    // made for the first who asks: the other pages need no memory for it
    film ??= make();
    return bytesResponse(request, await film);
  });
}
