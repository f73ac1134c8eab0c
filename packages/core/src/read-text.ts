/** The text of `body`; `undefined` if it has more than `maxLength` characters. */
export async function readText(body: ReadableStream<Uint8Array>, maxLength: number): Promise<string | undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    text += decoder.decode(piece.value, { stream: true });
    if (text.length <= maxLength) continue;
    // not awaited: of a body that somebody else reads as well, it ends only when they have done the same
    void reader.cancel();
    return undefined;
  }
  return text;
}
