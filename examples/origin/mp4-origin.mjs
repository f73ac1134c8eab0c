import { bytesOf, bytesResponse } from './bytes-response.mjs';
import { longMp4 } from './long-mp4.mjs';
import { mediaType } from './media-type.mjs';
import { etagOf } from './memory-content.mjs';
import { concat } from './mp4-boxes.mjs';
import { emptyResponse, onlyReads, relativePath } from './origin-request.mjs';
import { pacedStream } from './paced-stream.mjs';

/**
 * One long MP4 made of a short one, under a URL for each who asks: `<base>any-name/film.mp4`. Its ETag is the beginning
 * of its SHA-256 in Base64url.
 * @param {object} options
 * @param {import('./bytes-response.mjs').Files} options.files
 * @param {string} options.file the short one
 * @param {number} options.times
 * @param {number} options.size of the long one, in bytes, more or less
 * @param {number} options.rate bytes a second
 * @param {string} [options.base] begins and ends with `/`
 * @returns {(request: Request) => Promise<Response>}
 */
export function createMp4Origin({ files, file, times, size, rate, base = '/mp4/' }) {
  /** @type {Promise<import('./bytes-response.mjs').Content> | undefined} */
  let film;
  const make = async () => {
    const short = await files(file);
    const pieces = short ? [...longMp4(await bytesOf(short), { turns: times, size })] : [];
    const all = concat(pieces);
    // that of the platform: the film is long
    const hash = await crypto.subtle.digest('SHA-256', all);
    const read = (/** @type {number} */ start, /** @type {number} */ end) => pacedStream(cut(pieces, start, end), rate);
    return { type: mediaType('.mp4'), etag: etagOf(new Uint8Array(hash)), size: all.length, read };
  };
  return onlyReads(async (request) => {
    if (!/^[a-z-]+\/film\.mp4$/.test(relativePath(request, base) ?? '')) return emptyResponse(404);
    // made for the first who asks: the other pages need no memory for it
    film ??= make();
    return bytesResponse(request, await film);
  });
}

/**
 * The bytes from `start` up to, not including, `end`, of what is in pieces, without a copy.
 * @type {(pieces: readonly Uint8Array[], start: number, end: number) => Generator<Uint8Array>}
 */
function* cut(pieces, start, end) {
  let from = 0;
  for (const piece of pieces) {
    const part = piece.subarray(Math.max(0, start - from), Math.max(0, end - from));
    if (part.length > 0) yield part;
    from += piece.length;
  }
}
