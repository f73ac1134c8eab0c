/** In characters. A day of two-second segments needs a fifth of that; a longer body is endless, or no playlist. */
const MAX_LENGTH = 10 * 2 ** 20;

/** The time after which we drop our copy of a body. A player that cancels its own copy waits for ours until then. */
const PATIENCE_MS = 30_000;

const PLAYLIST_TYPE = /mpegurl|dash\+xml/i;
const PLAYLIST_NAME = /^[^?#]*\.(m3u8|mpd)(?![^?#])/i;

/** Tells whether a response is a playlist, by its `Content-Type` or its file name. No other response is read. */
const isPlaylist = (headers: Headers, urls: readonly string[]): boolean =>
  PLAYLIST_TYPE.test(headers.get('content-type') ?? '') || urls.some((url) => PLAYLIST_NAME.test(url));

/**
 * Reads the text of a playlist on its way to the player, without delaying the player: both get a copy of the body while
 * it arrives. Leaves any other response alone. Resolves to `undefined` if there is no such text; never rejects.
 * @param urls unsigned: the URL from which the response came, and the URL that was requested before a redirect
 */
export async function playlistText(response: Response, urls: readonly string[]): Promise<string | undefined> {
  if (response.status !== 200 || !response.body || !isPlaylist(response.headers, urls)) return undefined;
  const reader = response.clone().body!.getReader();
  const given = { up: false };
  // not awaited: it ends only when the player has read or cancelled its copy too
  const giveUp = (): void => {
    given.up = true;
    void reader.cancel().catch(() => undefined);
  };
  const timer = setTimeout(giveUp, PATIENCE_MS);
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      text += decoder.decode(piece.value, { stream: true });
      if (text.length > MAX_LENGTH) giveUp();
    }
    return given.up ? undefined : text;
  } catch {
    // the player itself notices a body that breaks off
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}
