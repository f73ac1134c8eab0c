/**
 * Lets go of a body, or its reader, that nobody reads on: its connection is free. Nobody waits for that: the `cancel()`
 * of a body of which somebody else keeps a copy ends only when that copy is read or cancelled, which may be never.
 */
export const letGo = (body: Pick<ReadableStream, 'cancel'> | null | undefined): void =>
  void body?.cancel().catch(() => undefined);
