import { readText } from '../body.ts';

/** In characters. A day in segments of two seconds has a fifth of it; what is longer has no end, or is no playlist. */
const MAX_LENGTH = 10 * 2 ** 20;

/** A body that has not ended by then is left to the player alone: a player that cancels it waits for our copy. */
const PATIENCE_MS = 30_000;

const PLAYLIST_TYPE = /mpegurl|dash\+xml/i;
const PLAYLIST_NAME = /\.(m3u8|mpd)$/i;

/** By what its server says, or its name: nothing else is read. */
const isPlaylist = (headers: Headers, urls: readonly string[]): boolean =>
  PLAYLIST_TYPE.test(headers.get('content-type') ?? '') ||
  urls.some((url) => PLAYLIST_NAME.test(new URL(url).pathname));

/**
 * The text of a playlist on its way to the player, which is not held up: the player and we each get a copy as it comes
 * in. Any other response is left alone. Resolves to `undefined` where there is no such text; never rejects.
 * @param urls unsigned: where the response came from, and where it was asked for before a redirect
 */
export async function playlistText(response: Response, urls: readonly string[]): Promise<string | undefined> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    if (response.status !== 200 || !response.body || !isPlaylist(response.headers, urls)) return undefined;
    return await readText(response.clone().body!, MAX_LENGTH, patience.signal);
  } catch {
    // a body that breaks off is for the player to notice
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
