import * as option from '../errors/options.ts';
import { letGo, readLimited } from '../http/read-limited.ts';
import { judgeUrl } from '../url/judged-url.ts';
import type { JudgedUrl } from '../url/judged-url.ts';
import { playlistReferences } from './playlist-references.ts';
import type { PlaylistReference, PlaylistReferences } from './playlist-references.ts';

export interface ExpandOptions {
  /**
   * Reads a playlist. The first argument is the signed URL; map the public host to your origin here if they differ.
   * @default fetch
   */
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /**
   * The number of segments that are signed for each media playlist.
   * @default 6
   */
  segments?: number;
  /**
   * Seconds for all reads of one call together. The player itself requests whatever has not arrived by then.
   * @default 2
   */
  timeout?: number;
}

/** The limits of one call: the number of playlists that it reads, and the number of URLs that it returns. */
const maxPlaylists = 12;
const maxUrls = 200;

export type PlaylistExpander = (
  urls: readonly string[],
  options: { allows: (url: JudgedUrl) => boolean; sign: (url: string) => Promise<string> },
) => Promise<string[]>;

/**
 * Creates a function that returns the URLs which a player requests next, once it has the playlists among `urls`: media
 * playlists, init segments, keys, and the segments with which it starts. The function neither reads nor returns a URL
 * that `allows` refuses. It skips whatever cannot be read: a slow origin costs round trips later, never the answer.
 */
export function playlistExpander(
  expand: boolean | ExpandOptions | undefined,
  clock: () => number,
): PlaylistExpander | undefined {
  if (!expand) return undefined;
  const readers = { fetch: option.hook, segments: option.most(6), timeout: option.duration(2) };
  const {
    fetch = globalFetch,
    segments,
    timeout,
  } = option.readOptions(expand === true ? {} : expand, readers, 'expand');
  const read = playlistReader({ fetch, clock });

  return async (urls, { allows, sign }) => {
    const signal = AbortSignal.timeout(timeout * 1000);
    const found = new Set<string>();
    const seen = new Set<string>();
    const visit = async (href: string, imports?: PlaylistReferences['variables']): Promise<void> => {
      if (!isPlaylist(href) || seen.has(href) || seen.size >= maxPlaylists) return;
      seen.add(href);
      const text = await read(href, () => sign(href), signal);
      if (text === undefined) return;
      const playlist = playlistReferences(text, new URL(href), imports);
      const playlists = playlist.references.filter(({ tag }) => /^EXT-X-(?:STREAM-INF|MEDIA|SESSION-KEY)$/.test(tag));
      const wanted = playlists.length > 0 ? playlists : startReferences(playlist, segments);
      const children = wanted.slice(0, maxUrls).flatMap((reference) => {
        const url = playlist.resolve(reference);
        const judged = url && judgeUrl(url);
        return judged && allows(judged) ? [url.href] : [];
      });
      for (const child of children) if (found.size < maxUrls) found.add(child);
      await Promise.all(children.map((child) => visit(child, playlist.variables)));
    };
    // A `fetch` of the app may ignore the signal.
    const tooLate = new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await Promise.race([Promise.all(urls.map((url) => visit(withoutDirectives(new URL(url).href)))), tooLate]);
    return [...found];
  };
}

const globalFetch = (url: string, init: RequestInit): Promise<Response> => globalThis.fetch(url, init);

function isPlaylist(href: string): boolean {
  return /\.m3u8?$/i.test(new URL(href).pathname);
}

/**
 * Removes the directives `_HLS_…`: a blocking reload would delay the answer, and a delta update lacks entries that are
 * needed (RFC 8216bis section 6.2.5).
 */
function withoutDirectives(href: string): string {
  const [path = '', query = ''] = href.split(/\?(.*)/);
  const pairs = query.split('&').filter((pair) => pair && !pair.startsWith('_HLS_'));
  return pairs.length > 0 ? `${path}?${pairs.join('&')}` : path;
}

/**
 * Lists the URIs of a media playlist that a player requests first: the first `count` segments, or while the stream is
 * live the last ones with their parts and preload hints; and the keys and init segments that apply to them.
 */
function startReferences({ references, ended }: PlaylistReferences, count: number): PlaylistReference[] {
  const segments = references.flatMap(({ tag }, index) => (tag === 'EXTINF' ? [index] : []));
  const chosen = ended ? segments.slice(0, count) : segments.slice(-count);
  const [first = 0] = chosen;
  const end = ended ? (chosen.at(-1) ?? -1) + 1 : references.length;
  const inForce = ['EXT-X-MAP', 'EXT-X-KEY'].flatMap((tag) =>
    references
      .slice(0, first)
      .filter((reference) => reference.tag === tag)
      .slice(-1),
  );
  const wanted = new Set(['EXTINF', 'EXT-X-MAP', 'EXT-X-KEY', 'EXT-X-PART', 'EXT-X-PRELOAD-HINT']);
  return [...inForce, ...references.slice(first, end).filter(({ tag }) => wanted.has(tag))];
}

/** The longest playlist in bytes. No playlist in use is longer: 1 MiB is some 10,000 segments. */
const maxBytes = 1_048_576;
/** Milliseconds for which a playlist is not read again: a live playlist gets new segments no faster than that. */
const freshForMs = 1000;
/** The number of playlists that are kept, and the characters of the longest: the viewer chooses the queries. */
const maxKept = 200;
const maxKeptLength = 65_536;

/**
 * Creates a reader of playlists with a short-lived cache. Calls share only texts that have arrived, never a read under
 * way: in workerd, one request must not await a read that another request has started.
 *
 * @returns a reader, which returns `undefined` for whatever is not a playlist that arrived whole and in time
 */
export function playlistReader({ fetch, clock }: Required<Pick<ExpandOptions, 'fetch'>> & { clock: () => number }) {
  const kept = new Map<string, { text: string; readMs: number }>();
  return async (url: string, signedUrl: () => Promise<string>, signal: AbortSignal): Promise<string | undefined> => {
    const last = kept.get(url);
    if (last && Math.abs(clock() - last.readMs) < freshForMs) return last.text;
    if (signal.aborted) return undefined;
    try {
      // A redirect could lead to URLs that the endpoint may not read. Workers do not support `redirect: 'error'`.
      const response = await fetch(await signedUrl(), { redirect: 'manual', signal });
      const text = await readPlaylist(response, signal);
      if (!text?.startsWith('#EXTM3U')) return undefined;
      kept.delete(url);
      if (text.length <= maxKeptLength) kept.set(url, { text, readMs: clock() });
      if (kept.size > maxKept) kept.delete(kept.keys().next().value!);
      return text;
    } catch {
      return undefined;
    }
  };
}

/** Reads a playlist, or lets go of the body: a body that is neither read nor cancelled would hold its connection. */
async function readPlaylist(response: Response, signal: AbortSignal): Promise<string | undefined> {
  if (response.ok && !signal.aborted) return readLimited(response, maxBytes, { signal });
  letGo(response.body);
  return undefined;
}
