import { setTimeout as delay } from 'node:timers/promises';

/** Bytes that are sent at a time. */
const piece = 64 * 1024;

/**
 * The bytes at the speed of a network that is not this machine's own.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {number} rate bytes a second
 * @returns {ReadableStream<Uint8Array<ArrayBuffer>>}
 */
export function pacedStream(bytes, rate) {
  let at = 0;
  return new ReadableStream(
    {
      async pull(controller) {
        if (at > 0) await delay((piece / rate) * 1000);
        controller.enqueue(bytes.subarray(at, at + piece));
        at += piece;
        if (at >= bytes.length) controller.close();
      },
      cancel: () => void (at = bytes.length),
    },
    { highWaterMark: 0 },
  );
}
