/**
 * Lets go of a body, or its reader, that nobody reads on, so that it holds no connection. Nobody waits for that: the
 * `cancel()` of a body of which somebody else keeps a copy, as a cache does, ends only when that copy is read or
 * cancelled, which may be never.
 */
export function letGo(body: Pick<ReadableStream, 'cancel'> | null | undefined): void {
  body?.cancel().catch(() => undefined);
}
