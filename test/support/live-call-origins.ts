import { createHash } from 'node:crypto';
import { bytesResponse } from '../../examples/origin/bytes-response.mjs';
import { createFilmOrigin } from '../../examples/origin/film-origin.mjs';
import { createLiveOrigin } from '../../examples/origin/live-origin.mjs';
import { createLowLatencyOrigin } from '../../examples/origin/low-latency-origin.mjs';
import { memoryContent } from '../../examples/origin/memory-content.mjs';

type Origin = (request: Request) => Promise<Response>;

const media = new URL('../media', import.meta.url).pathname;

/** Matches the tags that only a playlist with parts has. */
const OF_PARTS = /^#EXT-X-(PART|PART-INF|PRELOAD-HINT|SERVER-CONTROL):.*\n/gm;

/** The playlists of an origin as another packager would write them. */
function rewritten(origin: Origin, rewrite: (text: string, request: Request) => string | Promise<string>): Origin {
  return async (request) => {
    const response = await origin(request);
    if (!response.ok || !new URL(request.url).pathname.endsWith('.m3u8')) return response;
    const headers = new Headers(response.headers);
    headers.delete('content-length');
    return new Response(await rewrite(await response.text(), request), { headers });
  };
}

const at = (url: string, request: Request, init: RequestInit = {}): Request =>
  new Request(new URL(url, request.url), { signal: request.signal, ...init });

/** Segments of one second, twenty of which are the recording that is played over and over. */
const PER_LOOP = 20;
const ofSeconds = (base: string): Origin =>
  rewritten(createLowLatencyOrigin({ file: `${media}/ll/frag.mp4`, partsPerSegment: 2, base }), (text) =>
    text.replace(OF_PARTS, ''),
  );

const ofThirds = (base: string): Origin =>
  createLowLatencyOrigin({ file: `${media}/ll/thirds.mp4`, partSeconds: 1 / 3, partsPerSegment: 6, base });

/** Segments of one second that are called what `nameOf` says, by their number. */
function named(nameOf: (number: number) => string): (base: string) => Origin {
  return (base) => {
    /** Paths of files at the origin, by their names in the playlists. */
    const files = new Map<string, string>();
    const playlists = rewritten(ofSeconds(base), (text) =>
      text.replace(/^s(\d+)\.m4s$/gm, (file, number) => {
        const name = nameOf(Number(number));
        files.set(base + name, base + file);
        return name;
      }),
    );
    return (request) => {
      const { pathname, search } = new URL(request.url);
      const file = files.get(pathname + search);
      return playlists(file ? at(file, request, { headers: request.headers }) : request);
    };
  };
}

/** Parts that are ranges of the file of their segment, which grows. */
function ranges(base: string): Origin {
  const origin = ofThirds(base);
  const read = async (request: Request, segment: string, part: number): Promise<Uint8Array> =>
    new Uint8Array(await (await origin(at(`${base}p${segment}.${part}.m4s`, request))).arrayBuffer());
  const readParts = async (request: Request, segment: string, count: number): Promise<Buffer<ArrayBuffer>> =>
    Buffer.concat(await Promise.all(Array.from({ length: count }, (_, part) => read(request, segment, part))));

  const playlists = rewritten(origin, async (text, request) => {
    const lines = text.split('\n').map(async (line) => {
      const [, before, segment = '', part] = /^(#EXT-X-P.*)URI="p(\d+)\.(\d+)\.m4s"$/.exec(line) ?? [];
      if (!before) return line;
      const { length: start } = await readParts(request, segment, Number(part));
      if (before.includes('HINT')) return `${before}URI="s${segment}.m4s",BYTERANGE-START=${start}`;
      const { length } = await read(request, segment, Number(part));
      return `${before}URI="s${segment}.m4s",BYTERANGE="${length}@${start}"`;
    });
    return (await Promise.all(lines)).join('\n');
  });

  return async (request) => {
    const [, segment] = /\/s(\d+)\.m4s$/.exec(new URL(request.url).pathname) ?? [];
    const [, last] = /-(\d+)$/.exec(request.headers.get('range') ?? '') ?? [];
    if (!segment || !last) return playlists(request);
    let bytes = Buffer.alloc(0);
    // those that have been announced; the origin would wait for the next
    for (let part = 0; bytes.length <= Number(last); part++)
      bytes = Buffer.concat([bytes, await read(request, segment, part)]);
    return bytesResponse(request, memoryContent(bytes, { type: 'video/mp4', cache: 'no-store' }));
  };
}

const hashOf = (number: number): string => createHash('sha256').update(String(number)).digest('hex').slice(0, 32);

/** Origins by the first folder of their paths. */
const origins: Record<string, (base: string) => Origin> = {
  one: ofSeconds,
  ll: ofThirds,
  live: (base) => createLiveOrigin({ root: `${media}/fmp4`, base }),
  hours: (base) => createFilmOrigin({ root: media, times: 360, base }),
  padded: named((number) => `live_${String(number).padStart(8, '0')}.m4s`),
  folder: named((number) => `${number}/video.m4s`),
  query: named((number) => `video.m4s?segment=${number}&x=1`),
  timestamps: named((number) => `video-${Date.parse('2026-01-01') + number * 1000}.m4s`),
  counters: named((number) => `period${Math.floor(number / PER_LOOP)}-${number % PER_LOOP}.m4s`),
  hashes: named((number) => `${hashOf(number)}.m4s`),
  ranges,
};

/**
 * `/one/i.m3u8` is live with segments of one second, `/live/master.m3u8` live with audio and subtitles of their own and
 * segments of two, `/ll/i.m3u8` low latency with parts of a third, `/hours/fmp4/master.m3u8` a film of two hours with
 * audio and subtitles. The others are like the first with other names, and `/ranges/i.m3u8` like the low latency one.
 */
export function createCallOrigins(): Origin {
  const made = new Map(Object.entries(origins).map(([folder, make]) => [folder, make(`/${folder}/`)]));
  return (request) =>
    made.get(new URL(request.url).pathname.split('/')[1]!)?.(request) ??
    Promise.resolve(new Response(null, { status: 404 }));
}
