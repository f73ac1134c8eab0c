import type { NodeStream } from './node-message.ts';

/** The code INTERNAL_ERROR of RFC 9113 section 7. Without a code, HTTP/2 would report that nothing was wrong. */
const internalError = 2;

/**
 * Milliseconds in which Node has given the socket what was written, and a RST_STREAM too, unless the socket still has
 * to take other bytes.
 */
const handedOverMs = 1000;

/** Returns `handedOverMs`, or a time-out that is shorter. */
export function handedOverAfter(timeoutMs: number): number {
  return Math.min(handedOverMs, timeoutMs);
}

/**
 * Resets a stream, and closes its connection if the client takes nothing from the connection. RST_STREAM waits behind
 * the bytes that the socket has not taken, and until then Node keeps the stream, the session and the socket. As long as
 * the socket takes bytes, the other streams of the client stay open.
 *
 * Node writes to the socket only after the socket has taken everything of the write before, which has at most 64 KiB of
 * each stream. So a connection that takes less than one write within the time-out counts as one that takes nothing.
 *
 * @param before the bytes that the socket had been given near the beginning of the wait for the client; `undefined` if
 *   there was no wait
 * @param timeoutMs milliseconds that the server waits for the client
 */
export function resetStream(
  stream: NodeStream,
  { before, timeoutMs }: { before: number | undefined; timeoutMs: number },
): void {
  // A client may close its stream without an error (RST_STREAM, RFC 9113 section 6.4). Node then waits until the client
  // has taken what was written, and keeps the connection even after the connection has ended. Node reads no RST_STREAM
  // from a connection that takes nothing, so this connection needs no end.
  if (stream.closed) {
    stream.destroy();
    return;
  }
  const check = (given: number | undefined): void => {
    const now = bytesGiven(stream);
    if (now === undefined) stream.destroy();
    else if (now === given) stream.session?.socket.off('close', nothing).destroy();
    else timer = setTimeout(check, timeoutMs, now);
  };
  let timer = setTimeout(check, handedOverAfter(timeoutMs), before);
  stream.once('close', () => clearTimeout(timer));
  stream.close(internalError);
}

/** Returns the bytes that the socket of a stream has been given; `undefined` if the connection has ended. */
export function bytesGiven({ session }: NodeStream): number | undefined {
  return session?.destroyed === false ? session.socket.bytesWritten : undefined;
}

function nothing(): void {
  // Never called: `off` is called for what it returns.
}
