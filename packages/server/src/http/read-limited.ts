/**
 * Reads a body as text. Returns `undefined` as soon as the body is longer than `maxBytes`, and never reads the rest. A
 * body that is not read to its end is cancelled.
 *
 * @param options.fatal whether to throw for bytes that are not UTF-8
 * @param options.signal ends the read when it aborts, also of a body that ignores it
 * @throws the reason of `signal` after it has aborted
 */
export async function readLimited(
  message: Request | Response,
  maxBytes: number,
  { fatal = false, signal }: { fatal?: boolean; signal?: AbortSignal } = {},
): Promise<string | undefined> {
  const decoder = new TextDecoder('utf-8', { fatal });
  if (Number(message.headers.get('Content-Length')) > maxBytes) {
    letGo(message.body);
    return undefined;
  }
  const reader = (message.body as ReadableStream<Uint8Array> | null)?.getReader();
  // This also ends a `read()` that is under way.
  const leave = (): void => letGo(reader);
  if (signal?.aborted) leave();
  signal?.addEventListener('abort', leave);
  let text = '';
  let size = 0;
  try {
    while (reader) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.byteLength;
      if (size > maxBytes) return undefined;
      text += decoder.decode(value, { stream: true });
    }
    // The reader reports a body that was let go as one that has ended.
    signal?.throwIfAborted();
    return text + decoder.decode();
  } finally {
    signal?.removeEventListener('abort', leave);
    // Changes nothing for a body that has ended.
    leave();
  }
}

/**
 * Cancels a body, or its reader, that is not read any further, so that it does not keep a connection open. Does not
 * wait for `cancel()`: if the body was cloned, as a cache does, `cancel()` resolves only when the clone is read or
 * cancelled too, which may never happen.
 */
export function letGo(body: Pick<ReadableStream, 'cancel'> | null | undefined): void {
  body?.cancel().catch(() => undefined);
}
