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
  let reads = 0;
  const forget = (url: string): void => {
    cachedLength -= cache.get(url)?.text.length ?? 0;
    cache.delete(url);
  };
  return async (url, signedUrl, signal) => {
    const cached = cache.get(url);
    if (cached && Math.abs(clock() - cached.readMs) < freshForMs) return cached.text;
    if (reads >= maxReads) return undefined;
    reads++;
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
      reads--;
    }
  };
}

/** A body that nobody reads or cancels would hold its connection. */
async function readPlaylist(response: Response, signal: AbortSignal): Promise<string | undefined> {
  if (response.ok && !signal.aborted) return readLimited(response, maxBytes);
  await response.body?.cancel();
  return undefined;
}
