import { readText } from '../body.ts';

/** In characters. A day of two-second segments needs a fifth of that; a longer body is endless, or no playlist. */
const MAX_LENGTH = 10 * 2 ** 20;

/** The time after which we drop our copy of a body. A player that cancels its own copy waits for ours until then. */
const PATIENCE_MS = 30_000;

const PLAYLIST_TYPE = /mpegurl|dash\+xml/i;
const PLAYLIST_NAME = /\.(m3u8|mpd)$/i;

/** Tells whether a response is a playlist, by its `Content-Type` or its file name. No other response is read. */
const isPlaylist = (headers: Headers, urls: readonly string[]): boolean =>
  PLAYLIST_TYPE.test(headers.get('content-type') ?? '') ||
  urls.some((url) => PLAYLIST_NAME.test(new URL(url).pathname));

/**
 * Reads the text of a playlist on its way to the player, without delaying the player: both get a copy of the body while
 * it arrives. Leaves any other response alone. Resolves to `undefined` if there is no such text; never rejects.
 * @param urls unsigned: the URL from which the response came, and the URL that was requested before a redirect
 */
export async function playlistText(response: Response, urls: readonly string[]): Promise<string | undefined> {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    if (response.status !== 200 || !response.body || !isPlaylist(response.headers, urls)) return undefined;
    return await readText(response.clone().body!, MAX_LENGTH, patience.signal);
  } catch {
    // the player itself notices a body that breaks off
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
