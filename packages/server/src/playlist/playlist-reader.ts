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
  const forget = (url: string): void => {
    cachedLength -= cache.get(url)?.text.length ?? 0;
    cache.delete(url);
  };
  return async (url, signedUrl, signal) => {
    const cached = cache.get(url);
    if (cached && Math.abs(clock() - cached.readMs) < freshForMs) return cached.text;
    try {
      // A redirect could lead out of what the endpoint may read.
      const response = await fetch(await signedUrl(), { redirect: 'error', signal });
      const text = response.ok ? await readLimited(response, maxBytes) : undefined;
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
    }
  };
}
