import { readFileSync } from 'node:fs';
import { extname, join, posix } from 'node:path';
import { bytesResponse } from './bytes-response.mjs';
import { fileContent } from './file-content.mjs';
import { laterSegment } from './later-segment.mjs';
import { createLiveTimeline } from './live-timeline.mjs';
import { listMediaPlaylists, parseMediaPlaylist, withoutSubtitles } from './media-playlist.mjs';
import { mediaType } from './media-type.mjs';
import { memoryContent } from './memory-content.mjs';
import { emptyResponse, onlyReads, relativePath } from './origin-request.mjs';

/**
 * @typedef {import('./media-playlist.mjs').MediaPlaylist & { durationsMs: readonly number[] }} Rendition
 * @typedef {import('./live-timeline.mjs').LiveTimeline} LiveTimeline
 */

/**
 * A live stream that never ends, made by playing an on-demand one over and over: `<base>master.m3u8`, and below it the
 * playlists that it names. Segments are `s0`, `s1`, `s2`… and are gone once they have left the playlist for as long as
 * they were in it (RFC 8216 §6.2.2).
 * @param {object} options
 * @param {string} options.root folder with `master.m3u8`; its playlists must all have the same number of segments
 * @param {() => number} [options.clock] unix ms
 * @param {number} [options.windowSegments] segments in a playlist
 * @param {string} [options.base] begins and ends with `/`
 * @param {boolean} [options.continuous] one timeline, for players that know no discontinuities: fMP4, picture and sound
 *   only. @default false: times begin again with each turn of the recording
 * @returns {(request: Request) => Promise<Response>}
 */
export function createLiveOrigin({ root, clock = Date.now, windowSegments = 6, base = '/live/', continuous = false }) {
  const recorded = readFileSync(join(root, 'master.m3u8'), 'utf8');
  const master = continuous ? withoutSubtitles(recorded) : recorded;
  const renditions = new Map(listMediaPlaylists(master).map((path) => [path, readRendition(join(root, path))]));
  const durations = sharedDurations(renditions);
  const timeline = createLiveTimeline({ durations, windowSegments, startedAt: clock() });

  return onlyReads(async (request) => {
    const path = relativePath(request, base) ?? '';
    if (path === 'master.m3u8') return bytesResponse(request, playlistContent(master));
    const rendition = renditions.get(path);
    if (rendition) {
      const text = livePlaylist(rendition, timeline, clock());
      return bytesResponse(request, playlistContent(continuous ? text.replace(discontinuities, '') : text));
    }
    const found = fileOf(path, renditions, timeline, clock());
    const recording = found && (await fileContent(root, found.file));
    if (!recording) return emptyResponse(404);
    const isLater = continuous && found.loop > 0;
    const content = isLater ? await laterSegment(recording, (found.loop * timeline.loopMs) / 1000) : recording;
    return bytesResponse(request, { ...content, cache: 'public, max-age=60, immutable' });
  });
}

/** Lines of a playlist that say that times begin again. */
const discontinuities = /^#EXT-X-DISCONTINUITY\b.*\n/gm;

/** @type {(file: string) => Rendition} */
function readRendition(file) {
  const playlist = parseMediaPlaylist(readFileSync(file, 'utf8'));
  return { ...playlist, durationsMs: playlist.segments.map(({ duration }) => Math.round(Number(duration) * 1000)) };
}

/**
 * Returns the durations by which all renditions publish a segment at the same moment: those of the last rendition in
 * the multivariant playlist, a variant.
 * @type {(renditions: ReadonlyMap<string, Rendition>) => readonly number[]}
 */
function sharedDurations(renditions) {
  const all = [...renditions.values()].map(({ durationsMs }) => durationsMs);
  const last = all.at(-1) ?? [];
  if (last.length === 0 || all.some(({ length }) => length !== last.length)) {
    throw new Error('The playlists of a live stream need the same number of segments, at least one');
  }
  return last;
}

/** @type {(text: string) => import('./bytes-response.mjs').Content} */
const playlistContent = (text) => memoryContent(text, { type: mediaType('.m3u8') });

/** @type {(rendition: Rendition, timeline: LiveTimeline, nowMs: number) => string} */
function livePlaylist({ version, targetDuration, map, segments, durationsMs }, timeline, nowMs) {
  const { first, end } = timeline.windowAt(nowMs);
  const lines = [
    '#EXTM3U',
    `#EXT-X-VERSION:${version}`,
    `#EXT-X-TARGETDURATION:${targetDuration}`,
    `#EXT-X-MEDIA-SEQUENCE:${first}`,
    `#EXT-X-DISCONTINUITY-SEQUENCE:${timeline.discontinuitiesBefore(first)}`,
    '#EXT-X-INDEPENDENT-SEGMENTS',
    ...(map === undefined ? [] : [`#EXT-X-MAP:URI="${map}"`]),
  ];
  for (let number = first; number < end; number++) {
    const segment = segments[number % segments.length];
    if (segment === undefined) continue;
    if (number > 0 && number % segments.length === 0) lines.push('#EXT-X-DISCONTINUITY');
    lines.push(
      `#EXT-X-PROGRAM-DATE-TIME:${new Date(timeline.startOf(number, durationsMs)).toISOString()}`,
      `#EXTINF:${segment.duration},`,
      `s${number}${extname(segment.uri)}`,
    );
  }
  return lines.join('\n') + '\n';
}

/**
 * The file behind the path of a segment or of an init segment, if it is there at this moment, and how often the recording
 * has been played before.
 * @type {(path: string, renditions: ReadonlyMap<string, Rendition>, timeline: LiveTimeline, nowMs: number) =>
 *   { file: string, loop: number } | undefined}
 */
function fileOf(path, renditions, timeline, nowMs) {
  const [, digits = '', extension] = /^s(0|[1-9]\d*)(\.\w+)$/.exec(posix.basename(path)) ?? [];
  const number = Number(digits);
  const { first, end } = timeline.windowAt(nowMs);
  for (const [playlist, { map, segments }] of renditions) {
    const folder = posix.dirname(playlist);
    if (posix.dirname(path) !== folder) continue;
    if (map !== undefined && path === posix.join(folder, map)) return { file: path, loop: 0 };
    const uri = segments[number % segments.length]?.uri;
    if (digits === '' || uri === undefined || extname(uri) !== extension) continue;
    const kept = end - first;
    if (number < first - kept || number >= end) return undefined;
    return { file: posix.join(folder, uri), loop: Math.floor(number / timeline.segmentsPerLoop) };
  }
  return undefined;
}
