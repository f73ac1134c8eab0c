/**
 * Lets go of a body, or its reader, that nobody reads on: its connection is free. Nobody waits for that: the `cancel()`
 * of a body of which somebody else keeps a copy ends only when that copy is read or cancelled, which may be never.
 */
export const letGo = (body: Pick<ReadableStream, 'cancel'> | null | undefined): void =>
  void body?.cancel().catch(() => undefined);

/**
 * Reads the text of `body`; `undefined` if it has more than `maxLength` characters, or has not ended before `signal`
 * aborts.
 */
export async function readText(
  body: ReadableStream<Uint8Array>,
  maxLength: number,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const reader = body.getReader();
  const giveUp = (): void => letGo(reader);
  signal?.addEventListener('abort', giveUp);
  const decoder = new TextDecoder();
  let text = '';
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    text += decoder.decode(piece.value, { stream: true });
    if (text.length <= maxLength) continue;
    giveUp();
    return undefined;
  }
  return signal?.aborted ? undefined : text;
}
