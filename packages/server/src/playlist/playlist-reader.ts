import { letGo, readLimited } from '../http/read-limited.ts';

/** The longest playlist in bytes. No playlist in use is longer: 1 MiB is some 10,000 segments. */
const maxBytes = 1_048_576;
/** Milliseconds for which a playlist is not read again: a live playlist gets new segments no faster than that. */
const freshForMs = 1000;
/** The number of playlists that are kept, and the characters of the longest: the viewer chooses the queries. */
const maxKept = 200;
const maxKeptLength = 65_536;

interface PlaylistReaderOptions {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  clock: () => number;
}

/** @param signal ends the read, if `fetch` looks at it */
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
  const kept = new Map<string, { text: string; readMs: number }>();
  return async (url, signedUrl, signal) => {
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
  if (response.ok && !signal.aborted) return readLimited(response, maxBytes);
  letGo(response.body);
  return undefined;
}
