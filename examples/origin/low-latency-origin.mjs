import { readFileSync } from 'node:fs';
import { bytesResponse } from './bytes-response.mjs';
import { splitFragments } from './fragmented-mp4.mjs';
import { lowLatencyPlaylist } from './low-latency-playlist.mjs';
import { mediaType } from './media-type.mjs';
import { memoryContent } from './memory-content.mjs';
import { emptyResponse, onlyReads, relativePath } from './origin-request.mjs';
import { readReload } from './playlist-reload.mjs';
import { waitUntil } from './wait-until.mjs';

/**
 * A low-latency HLS stream that never ends, made by playing a fragmented MP4 over and over: `<base>i.m3u8` with parts,
 * preload hints, blocking reloads and delta updates (RFC 8216bis).
 * @param {object} options
 * @param {string} options.file each of its fragments is a part
 * @param {() => number} [options.clock] unix ms
 * @param {number} [options.partSeconds] length of a fragment
 * @param {number} [options.partsPerSegment]
 * @param {number} [options.windowSegments] whole segments in a playlist
 * @param {string} [options.base] begins and ends with `/`
 * @returns {(request: Request) => Promise<Response>}
 */
export function createLowLatencyOrigin({
  file,
  clock = Date.now,
  partSeconds = 0.5,
  partsPerSegment = 4,
  windowSegments = 10,
  base = '/low-latency/',
}) {
  const { init, parts } = splitFragments(new Uint8Array(readFileSync(file)));
  const segmentsPerLoop = Math.floor(parts.length / partsPerSegment);
  if (segmentsPerLoop === 0) throw new Error(`${file} has not one segment of ${partsPerSegment} fragments`);
  const birth = clock() - windowSegments * partsPerSegment * partSeconds * 1000;
  const layout = { partsPerSegment, partSeconds, segmentsPerLoop, windowSegments, birth };

  const available = () => Math.max(0, Math.floor((clock() - birth) / 1000 / partSeconds));
  /** @type {(count: number, signal: AbortSignal) => Promise<void>} */
  const untilAvailable = (count, signal) => waitUntil(birth + count * partSeconds * 1000, clock, signal);
  /** @type {(number: number) => Uint8Array<ArrayBuffer>} */
  const partAt = (number) => parts[number % (segmentsPerLoop * partsPerSegment)] ?? new Uint8Array();
  /** Returns the oldest part that the origin keeps, which is for twice as long as playlists name parts. */
  const oldest = () => available() - 2 * windowSegments * partsPerSegment;

  /** @type {(request: Request) => Promise<Response>} */
  const playlist = async (request) => {
    const reload = readReload(new URL(request.url).searchParams, { partsPerSegment, partSeconds }, available());
    if (reload === undefined) return emptyResponse(400);
    await untilAvailable(reload.parts, request.signal);
    const text = lowLatencyPlaylist(layout, available(), reload);
    return bytesResponse(request, memoryContent(text, { type: mediaType('.m3u8') }));
  };

  /** @type {(request: Request, first: number, count: number) => Promise<Response>} */
  const media = async (request, first, count) => {
    // A hinted part is sent as soon as it exists; what nobody has announced does not exist.
    const announced = count === 1 ? available() + 1 : available();
    if (first + count > announced || first < oldest()) return emptyResponse(404);
    await untilAvailable(first + count, request.signal);
    const bytes = Buffer.concat(Array.from({ length: count }, (_, index) => partAt(first + index)));
    return bytesResponse(request, memoryContent(bytes, immutable));
  };

  return onlyReads(async (request) => {
    const path = relativePath(request, base) ?? '';
    if (path === 'i.m3u8') return playlist(request);
    if (path === 'init.mp4') return bytesResponse(request, memoryContent(init, { ...immutable, type: 'video/mp4' }));
    const [, segment, part] = /^[ps](0|[1-9]\d*)(?:(?<=p\d+)\.(0|[1-9]\d*)|(?<=s\d+))\.m4s$/.exec(path) ?? [];
    if (segment === undefined || Number(part ?? 0) >= partsPerSegment) return emptyResponse(404);
    const first = Number(segment) * partsPerSegment + Number(part ?? 0);
    return media(request, first, part === undefined ? partsPerSegment : 1);
  });
}

const immutable = { type: mediaType('.m4s'), cache: 'public, max-age=60, immutable' };
