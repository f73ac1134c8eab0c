/**
 * Cancels a body, or its reader, that the caller reads no further, so that its connection becomes free. Does not wait
 * for `cancel()`: if the body was cloned, `cancel()` resolves only when the clone is read or cancelled too, which may
 * never happen.
 */
export const letGo = (body: Pick<ReadableStream, 'cancel'> | null | undefined): void =>
  void body?.cancel().catch(() => undefined);

/**
 * Reads the text of `body`. Resolves to `undefined` if the text has more than `maxLength` characters, or if `signal`
 * aborts before the body has ended.
 */
export async function readText(
  body: ReadableStream<Uint8Array>,
  maxLength: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const reader = body.getReader();
  const giveUp = (): void => letGo(reader);
  signal.addEventListener('abort', giveUp);
  const decoder = new TextDecoder();
  let text = '';
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    text += decoder.decode(piece.value, { stream: true });
    if (text.length <= maxLength) continue;
    giveUp();
    return undefined;
  }
  return signal.aborted ? undefined : text;
}
