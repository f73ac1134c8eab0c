/** The most bytes of a body. No playlist in use and no answer of an endpoint is longer. */
const MAX_BYTES = 1_048_576;

/** Returns the text of a body; `undefined` for a body that is longer than the limit. */
export async function readWhole(response: Response): Promise<string | undefined> {
  return readWhile(response, () => true);
}

/** Returns the text of an HLS or DASH playlist. Cancels any other body after its first bytes. */
export async function readPlaylistText(response: Response): Promise<string | undefined> {
  if (!response.ok) {
    await response.body?.cancel();
    return undefined;
  }
  return readWhile(response, isPlaylistText);
}

/** Tells whether a text begins like a playlist. */
const isPlaylistText = (text: string): boolean => /^\uFEFF?(?:#EXTM3U|\s*<(?:\?xml|!--|(?:\w+:)?MPD[\s>]))/.test(text);

/** The number of characters that show what a text is. */
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
