import { bytesOf, bytesResponse } from './bytes-response.mjs';
import { splitFragments } from './fragmented-mp4.mjs';
import { lowLatencyPlaylist } from './low-latency-playlist.mjs';
import { mediaType } from './media-type.mjs';
import { memoryContent } from './memory-content.mjs';
import { concat } from './mp4-boxes.mjs';
import { emptyResponse, onlyReads, relativePath } from './origin-request.mjs';
import { readReload } from './playlist-reload.mjs';
import { waitUntil } from './wait-until.mjs';

/**
 * A low-latency HLS stream that never ends, made by playing a fragmented MP4 over and over: `<base>i.m3u8` with parts,
 * preload hints, blocking reloads and delta updates (RFC 8216bis).
 * @param {object} options
 * @param {import('./bytes-response.mjs').Files} options.files
 * @param {string} options.file each of its fragments is a part
 * @param {() => number} [options.clock] unix ms
 * @param {number} [options.startedAt] unix ms at which the first whole window was there: now, if it is left out
 * @param {number} [options.partSeconds] length of a fragment
 * @param {number} [options.partsPerSegment]
 * @param {number} [options.windowSegments] whole segments in a playlist
 * @param {string} [options.base] begins and ends with `/`
 * @returns {(request: Request) => Promise<Response>}
 */
export function createLowLatencyOrigin({
  files,
  file,
  clock = Date.now,
  startedAt = clock(),
  partSeconds = 0.5,
  partsPerSegment = 4,
  windowSegments = 10,
  base = '/low-latency/',
}) {
  const birth = startedAt - windowSegments * partsPerSegment * partSeconds * 1000;
  const available = () => Math.max(0, Math.floor((clock() - birth) / 1000 / partSeconds));
  /** @type {(count: number, signal: AbortSignal) => Promise<void>} */
  const untilAvailable = (count, signal) => waitUntil(birth + count * partSeconds * 1000, clock, signal);
  /** Returns the oldest part that the origin keeps, which is for twice as long as playlists name parts. */
  const oldest = () => available() - 2 * windowSegments * partsPerSegment;

  const readRecording = async () => {
    const content = await files(file);
    const { init, parts } = splitFragments(content ? await bytesOf(content) : new Uint8Array());
    const segmentsPerLoop = Math.floor(parts.length / partsPerSegment);
    if (segmentsPerLoop === 0) throw new Error(`${file} has not one segment of ${partsPerSegment} fragments`);
    return { init, parts, segmentsPerLoop };
  };
  /** @type {ReturnType<typeof readRecording> | undefined} */
  let reading;
  const recording = () => (reading ??= readRecording());

  /** @type {(request: Request) => Promise<Response>} */
  const playlist = async (request) => {
    const { segmentsPerLoop } = await recording();
    const layout = { partsPerSegment, partSeconds, segmentsPerLoop, windowSegments, birth };
    const reload = readReload(new URL(request.url).searchParams, { partsPerSegment, partSeconds }, available());
    if (reload === undefined) return emptyResponse(400);
    await untilAvailable(reload.parts, request.signal);
    const text = lowLatencyPlaylist(layout, available(), reload);
    return bytesResponse(request, memoryContent(text, { type: mediaType('.m3u8') }));
  };

  /** @type {(request: Request, first: number, count: number) => Promise<Response>} */
  const media = async (request, first, count) => {
    const { parts, segmentsPerLoop } = await recording();
    // A hinted part is sent as soon as it exists; what nobody has announced does not exist.
    const announced = count === 1 ? available() + 1 : available();
    if (first + count > announced || first < oldest()) return emptyResponse(404);
    await untilAvailable(first + count, request.signal);
    const wanted = Array.from({ length: count }, (_, index) => (first + index) % (segmentsPerLoop * partsPerSegment));
    const bytes = concat(wanted.flatMap((number) => parts[number] ?? []));
    return bytesResponse(request, memoryContent(bytes, immutable));
  };

  return onlyReads(async (request) => {
    const path = relativePath(request, base) ?? '';
    if (path === 'i.m3u8') return playlist(request);
    if (path === 'init.mp4') {
      const { init } = await recording();
      return bytesResponse(request, memoryContent(init, { ...immutable, type: 'video/mp4' }));
    }
    const [, segment, part] = /^[ps](0|[1-9]\d*)(?:(?<=p\d+)\.(0|[1-9]\d*)|(?<=s\d+))\.m4s$/.exec(path) ?? [];
    if (segment === undefined || Number(part ?? 0) >= partsPerSegment) return emptyResponse(404);
    const first = Number(segment) * partsPerSegment + Number(part ?? 0);
    return media(request, first, part === undefined ? partsPerSegment : 1);
  });
}

const immutable = { type: mediaType('.m4s'), cache: 'public, max-age=60, immutable' };
