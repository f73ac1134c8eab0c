/**
 * Cancels a body, or its reader, that the caller reads no further, so that its connection becomes free. Does not wait
 * for `cancel()`: if the body was cloned, `cancel()` resolves only when the clone is read or cancelled too, which may
 * never happen.
 */
export const letGo = (body: Pick<ReadableStream, 'cancel'> | null | undefined): void =>
  void body?.cancel().catch(() => undefined);
