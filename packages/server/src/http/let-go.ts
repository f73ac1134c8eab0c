/**
 * Cancels a body, or its reader, that is not read any further, so that it does not keep a connection open. Does not
 * wait for `cancel()`: if the body was cloned, as a cache does, `cancel()` resolves only when the clone is read or
 * cancelled too, which may never happen.
 */
export function letGo(body: Pick<ReadableStream, 'cancel'> | null | undefined): void {
  body?.cancel().catch(() => undefined);
}
