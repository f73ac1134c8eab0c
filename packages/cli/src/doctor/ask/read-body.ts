/** Longer than any playlist in use, and than any answer of an endpoint. */
const MAX_BYTES = 1_048_576;

/** The text of a body, as far as it is bounded; `undefined` beyond. */
export async function readWhole(response: Response): Promise<string | undefined> {
  return readWhile(response, () => true);
}

/** The text of a playlist of HLS or DASH; what is none is let go after its first bytes. */
export async function readPlaylistText(response: Response): Promise<string | undefined> {
  if (!response.ok) {
    await response.body?.cancel();
    return undefined;
  }
  return readWhile(response, isPlaylistText);
}

/** Whether a text begins as playlists do. */
const isPlaylistText = (text: string): boolean => /^\uFEFF?(?:#EXTM3U|\s*<(?:\?xml|!--|(?:\w+:)?MPD[\s>]))/.test(text);

/** The least of a text that shows what it is. */
const ENOUGH = 16;

async function readWhile(response: Response, isWanted: (text: string) => boolean): Promise<string | undefined> {
  const reader = (response.body as ReadableStream<Uint8Array> | null)?.getReader();
  const decoder = new TextDecoder();
  let [text, size] = ['', 0];
  for (;;) {
    const { done = true, value } = (await reader?.read()) ?? {};
    if (value) {
      size += value.byteLength;
      text += decoder.decode(value, { stream: true });
    }
    const isUnwanted = (done || text.length >= ENOUGH) && !isWanted(text);
    if (isUnwanted || size > MAX_BYTES) {
      await reader?.cancel();
      return undefined;
    }
    if (done) return text;
  }
}
