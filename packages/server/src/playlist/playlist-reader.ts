import { letGo, readLimited } from '../http/read-limited.ts';

/** The longest playlist in bytes. No playlist in use is longer: 1 MiB is some 10,000 segments. */
const maxBytes = 1_048_576;
/** Milliseconds for which a playlist is not read again: a live playlist gets new segments no faster than that. */
const freshForMs = 1000;
const maxCached = 200;
/**
 * The most characters of all cached playlists together. The viewer chooses the query, and each query makes another
 * playlist.
 */
const maxCachedLength = 16 * maxBytes;
/**
 * The most reads at a time, of all calls together: each read holds a connection, and a process has a limited number of
 * them. The player itself reads a playlist beyond that number, or one that takes too long.
 */
const maxReads = 128;
/**
 * Milliseconds after which a read no longer counts against `maxReads`: a `fetch` of the app that ignores the signal may
 * never settle. The clock measures them and not a timer, because in workerd a timer ends with its request.
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
 * Creates a reader of playlists with a short-lived cache. Calls share only texts that have arrived, never a read under
 * way: in workerd, one request must not await a read that another request has started.
 *
 * @returns a reader, which returns `undefined` for whatever is not a playlist that arrived whole and in time
 */
export function playlistReader({ fetch, clock }: PlaylistReaderOptions): PlaylistReader {
  const cache = new Map<string, { text: string; readMs: number }>();
  let cachedLength = 0;
  /** The start of each read under way, in milliseconds. */
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
      // A redirect could lead to URLs that the endpoint may not read. Workers do not support `redirect: 'error'`.
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

/** Reads a playlist, or lets go of the body: a body that is neither read nor cancelled would hold its connection. */
async function readPlaylist(response: Response, signal: AbortSignal): Promise<string | undefined> {
  if (response.ok && !signal.aborted) return readLimited(response, maxBytes);
  letGo(response.body);
  return undefined;
}
