import { bytesOf, bytesResponse } from './bytes-response.mjs';
import { laterSegment } from './later-segment.mjs';
import { createLiveTimeline } from './live-timeline.mjs';
import { listMediaPlaylists, parseMediaPlaylist, withoutSubtitles } from './media-playlist.mjs';
import { extensionOf, mediaType } from './media-type.mjs';
import { memoryContent } from './memory-content.mjs';
import { emptyResponse, onlyReads, relativePath } from './origin-request.mjs';

/**
 * @typedef {import('./media-playlist.mjs').MediaPlaylist & { durationsMs: readonly number[] }} Rendition
 * @typedef {import('./live-timeline.mjs').LiveTimeline} LiveTimeline
 * @typedef {import('./bytes-response.mjs').Files} Files
 */

/**
 * A live stream that never ends, made by playing an on-demand one over and over: `<base>master.m3u8`, and below it the
 * playlists that it names. Segments are `s0`, `s1`, `s2`… and are gone once they have left the playlist for as long as
 * they were in it (RFC 8216 §6.2.2).
 * @param {object} options
 * @param {Files} options.files with `master.m3u8`; its playlists must all have the same number of segments
 * @param {() => number} [options.clock] unix ms
 * @param {number} [options.startedAt] unix ms at which the first whole window was there: now, if it is left out
 * @param {number} [options.windowSegments] segments in a playlist
 * @param {string} [options.base] begins and ends with `/`
 * @param {boolean} [options.continuous] one timeline, for players that know no discontinuities: fMP4, picture and sound
 *   only. @default false: times begin again with each turn of the recording
 * @returns {(request: Request) => Promise<Response>}
 */
export function createLiveOrigin({
  files,
  clock = Date.now,
  startedAt = clock(),
  windowSegments = 6,
  base = '/live/',
  continuous = false,
}) {
  /** @type {ReturnType<typeof readRecording> | undefined} */
  let reading;

  return onlyReads(async (request) => {
    reading ??= readRecording(files, { startedAt, windowSegments, continuous });
    const { master, renditions, timeline } = await reading;
    const path = relativePath(request, base) ?? '';
    if (path === 'master.m3u8') return bytesResponse(request, playlistContent(master));
    const rendition = renditions.get(path);
    if (rendition) {
      const text = livePlaylist(rendition, timeline, clock());
      return bytesResponse(request, playlistContent(continuous ? text.replace(discontinuities, '') : text));
    }
    const found = fileOf(path, renditions, timeline, clock());
    const recording = found && (await files(found.file));
    if (!recording) return emptyResponse(404);
    const isLater = continuous && found.loop > 0;
    const content = isLater ? await laterSegment(recording, (found.loop * timeline.loopMs) / 1000) : recording;
    return bytesResponse(request, { ...content, cache: 'public, max-age=60, immutable' });
  });
}

/**
 * Reads the playlists that are played over and over.
 * @param {Files} files
 * @param {{ startedAt: number, windowSegments: number, continuous: boolean }} options
 */
async function readRecording(files, { startedAt, windowSegments, continuous }) {
  const recorded = await textOf(files, 'master.m3u8');
  const master = continuous ? withoutSubtitles(recorded) : recorded;
  /** @type {Map<string, Rendition>} */
  const renditions = new Map();
  for (const path of listMediaPlaylists(master)) renditions.set(path, readRendition(await textOf(files, path)));
  const durations = sharedDurations(renditions);
  return { master, renditions, timeline: createLiveTimeline({ durations, windowSegments, startedAt }) };
}

/** @type {(files: Files, path: string) => Promise<string>} */
async function textOf(files, path) {
  const content = await files(path);
  if (!content) throw new Error(`A live stream needs ${path}`);
  return new TextDecoder().decode(await bytesOf(content));
}

/** Lines of a playlist that say that times begin again. */
const discontinuities = /^#EXT-X-DISCONTINUITY\b.*\n/gm;

/** @type {(text: string) => Rendition} */
function readRendition(text) {
  const playlist = parseMediaPlaylist(text);
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
      `s${number}${extensionOf(segment.uri)}`,
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
  const [, asked = '', name = ''] = /^(.*\/)?([^/]*)$/.exec(path) ?? [];
  const [, digits = '', extension] = /^s(0|[1-9]\d*)(\.\w+)$/.exec(name) ?? [];
  const number = Number(digits);
  const { first, end } = timeline.windowAt(nowMs);
  for (const [playlist, { map, segments }] of renditions) {
    const folder = playlist.replace(/[^/]*$/, '');
    if (asked !== folder) continue;
    if (name === map) return { file: path, loop: 0 };
    const uri = segments[number % segments.length]?.uri;
    if (digits === '' || uri === undefined || extensionOf(uri) !== extension) continue;
    const kept = end - first;
    if (number < first - kept || number >= end) return undefined;
    return { file: folder + uri, loop: Math.floor(number / timeline.segmentsPerLoop) };
  }
  return undefined;
}
