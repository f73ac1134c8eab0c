import type { TokenSource } from 'secure-token-core';

/** In characters. A day in segments of two seconds has a fifth of it; what is longer has no end, or is no playlist. */
const MAX_LENGTH = 10 * 2 ** 20;

const PLAYLIST_TYPE = /mpegurl|dash\+xml/i;
const PLAYLIST_NAME = /\.(m3u8|mpd)$/i;

/** By what its server says, or its name: nothing else is read. */
const isPlaylist = (headers: Headers, url: string): boolean =>
  PLAYLIST_TYPE.test(headers.get('content-type') ?? '') || PLAYLIST_NAME.test(new URL(url).pathname);

/** The text of `body`; `undefined` if it is too long. */
async function textOf(body: ReadableStream<Uint8Array>): Promise<string | undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    text += decoder.decode(piece.value, { stream: true });
    if (text.length <= MAX_LENGTH) continue;
    // not awaited: it ends only when the player has done the same
    void reader.cancel();
    return undefined;
  }
  return text;
}

/**
 * Shows `source` a playlist on its way to the player, which is not held up: the player and we each get a copy as it
 * comes in.
 * @param url unsigned
 */
export function learnPlaylist(source: TokenSource, response: Response, url: string): void {
  const { status, headers, body } = response;
  if (status !== 200 || !body || !isPlaylist(headers, url)) return;
  // relative URLs in it are relative to where it has come from in the end
  const from = source.unsign(response.url || url);
  textOf(response.clone().body!)
    .then((text) => {
      if (text) source.learn(from, text);
    })
    // a body that breaks off is for the player to notice
    .catch(() => undefined);
}
