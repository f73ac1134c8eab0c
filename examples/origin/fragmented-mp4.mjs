/**
 * Cuts a fragmented MP4 at its fragments: what stands before them is the init segment, each `moof` with its `mdat` is a
 * part.
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @returns {{ init: Uint8Array<ArrayBuffer>, parts: Uint8Array<ArrayBuffer>[] }}
 */
export function splitFragments(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let initEnd = 0;
  let fragment = -1;
  /** @type {Uint8Array<ArrayBuffer>[]} */
  const parts = [];
  for (let offset = 0; offset + 8 <= bytes.length;) {
    const end = offset + view.getUint32(offset);
    const type = String.fromCharCode(...bytes.subarray(offset + 4, offset + 8));
    if (end < offset + 8 || end > bytes.length) throw new Error(`Box "${type}" has no valid length`);
    if (type === 'moov') initEnd = end;
    if (type === 'moof') fragment = offset;
    if (type === 'mdat' && fragment >= 0) {
      parts.push(bytes.subarray(fragment, end));
      fragment = -1;
    }
    offset = end;
  }
  return { init: bytes.subarray(0, initEnd), parts };
}
