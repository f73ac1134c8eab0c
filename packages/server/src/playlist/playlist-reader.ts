import { letGo } from '../http/let-go.ts';
import { readLimited } from '../http/read-limited.ts';

/** Longer than any playlist in use: 1 MiB is some 10,000 segments. */
const maxBytes = 1_048_576;
/** Milliseconds for which a playlist is not read again; a live playlist gains a segment no faster than that. */
const freshForMs = 1000;
const maxCached = 200;
/**
 * Characters of all playlists that are kept: the query, which makes another playlist of the same one, is the viewer's.
 */
const maxCachedLength = 16 * maxBytes;
/**
 * Reads at a time, of all calls together: each holds a connection, of which a process has a limited number. One more is
 * left to the player, as is one that takes too long.
 */
const maxReads = 128;
/**
 * Milliseconds after which a read has no place any more. A `fetch` of the team's own that hears no signal may never
 * settle. By the clock and not by a timer, because in workerd a timer ends with its request.
 */
const maxReadMs = 30_000;

interface PlaylistReaderOptions {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  clock: () => number;
}

export type PlaylistReader = (
  url: string,
  signedUrl: () => Promise<string>,
  signal: AbortSignal,
) => Promise<string | undefined>;

/**
 * Reads playlists with a short memory. Only what has arrived is shared between calls, never a read under way: in
 * workerd a read started by one request must not be awaited by another.
 *
 * @returns `undefined` for whatever is not a playlist that arrived whole and in time
 */
export function playlistReader({ fetch, clock }: PlaylistReaderOptions): PlaylistReader {
  const cache = new Map<string, { text: string; readMs: number }>();
  let cachedLength = 0;
  /** When each read under way began. */
  const reads = new Map<symbol, number>();
  const takePlace = (read: symbol): boolean => {
    for (const [other, beganMs] of reads) if (Math.abs(clock() - beganMs) >= maxReadMs) reads.delete(other);
    if (reads.size >= maxReads) return false;
    reads.set(read, clock());
    return true;
  };
  const forget = (url: string): void => {
    cachedLength -= cache.get(url)?.text.length ?? 0;
    cache.delete(url);
  };
  return async (url, signedUrl, signal) => {
    const cached = cache.get(url);
    if (cached && Math.abs(clock() - cached.readMs) < freshForMs) return cached.text;
    const place = Symbol();
    if (!takePlace(place)) return undefined;
    try {
      // A redirect could lead out of what the endpoint may read. Workers do not know `error`.
      const response = await fetch(await signedUrl(), { redirect: 'manual', signal });
      const text = await readPlaylist(response, signal);
      if (!text?.startsWith('#EXTM3U')) return undefined;
      forget(url);
      cache.set(url, { text, readMs: clock() });
      cachedLength += text.length;
      for (const oldest of cache.keys()) {
        if (cache.size <= maxCached && cachedLength <= maxCachedLength) break;
        forget(oldest);
      }
      return text;
    } catch {
      return undefined;
    } finally {
      reads.delete(place);
    }
  };
}

/** A body that nobody reads or cancels would hold its connection. */
async function readPlaylist(response: Response, signal: AbortSignal): Promise<string | undefined> {
  if (response.ok && !signal.aborted) return readLimited(response, maxBytes);
  letGo(response.body);
  return undefined;
}
