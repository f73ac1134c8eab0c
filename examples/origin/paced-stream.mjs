/** Bytes that are sent at a time. */
const size = 64 * 1024;

/**
 * The bytes at the speed of a network that is not this machine's own.
 * @param {Iterable<Uint8Array>} pieces
 * @param {number} rate bytes a second
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
export function pacedStream(pieces, rate) {
  const parts = small(pieces);
  let isFirst = true;
  return new ReadableStream(
    {
      async pull(controller) {
        if (!isFirst) await new Promise((resolve) => setTimeout(resolve, (size / rate) * 1000));
        isFirst = false;
        const { done, value } = parts.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => {
        parts.return();
      },
    },
    { highWaterMark: 0 },
  );
}

/** @type {(pieces: Iterable<Uint8Array>) => Generator<Uint8Array<ArrayBuffer>, void, void>} */
function* small(pieces) {
  for (const piece of pieces) {
    // copies, which the stream may give away
    for (let at = 0; at < piece.length; at += size) yield new Uint8Array(piece.subarray(at, at + size));
  }
}
