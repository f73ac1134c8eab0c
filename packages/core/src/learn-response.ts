import { readText } from './read-text.ts';
import type { TokenSource } from './token-source.ts';

/** In characters. A day in segments of two seconds has a fifth of it; what is longer has no end, or is no playlist. */
const MAX_LENGTH = 10 * 2 ** 20;

const PLAYLIST_TYPE = /mpegurl|dash\+xml/i;
const PLAYLIST_NAME = /\.(m3u8|mpd)$/i;

/** By what its server says, or its name: nothing else is read. */
const isPlaylist = (headers: Headers, urls: readonly string[]): boolean =>
  PLAYLIST_TYPE.test(headers.get('content-type') ?? '') ||
  urls.some((url) => PLAYLIST_NAME.test(new URL(url).pathname));

/**
 * Shows `source` a playlist on its way to the player, which is not held up: the player and we each get a copy as it
 * comes in. Any other response is left alone. Resolves when it has been read; never rejects.
 * @param url unsigned: relative URIs in it are relative to that
 * @param asked unsigned: where it was asked for, before a redirect
 */
export async function learnResponse(
  source: Pick<TokenSource, 'learn'>,
  response: Response,
  url: string,
  asked: string = url,
): Promise<void> {
  try {
    if (response.status !== 200 || !response.body || !isPlaylist(response.headers, [url, asked])) return;
    const text = await readText(response.clone().body!, MAX_LENGTH);
    if (text) source.learn(url, text);
  } catch {
    // a body that breaks off is for the player to notice
  }
}
