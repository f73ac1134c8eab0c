/** Boxes that hold nothing but boxes, and are looked into. */
export const containers = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'moof', 'traf'];

/** The number of 32 bits at this place. @type {(data: Uint8Array, at: number) => number} */
export const readUint32 = (data, at) => new DataView(data.buffer, data.byteOffset).getUint32(at);

/** Four characters. @type {(data: Uint8Array, at: number) => string} */
const readType = (data, at) => String.fromCharCode(...data.subarray(at, at + 4));

/** @type {<Bytes extends Uint8Array>(data: Bytes) => Generator<[type: string, box: Bytes]>} */
export function* boxes(data) {
  for (let at = 0; at < data.length; at += readUint32(data, at)) {
    const box = data.subarray(at, at + readUint32(data, at));
    yield [readType(data, at + 4), /** @type {typeof data} */ (box)];
  }
}

/**
 * The first box of that type, however deep; it shares its memory with `data`.
 * @type {<Bytes extends Uint8Array>(data: Bytes, type: string) => Bytes | undefined}
 */
export function search(data, type) {
  for (const [name, found] of boxes(data)) {
    if (name === type) return found;
    const content = /** @type {typeof data} */ (found.subarray(8));
    const inside = containers.includes(name) ? search(content, type) : undefined;
    if (inside) return inside;
  }
  return undefined;
}

/** @type {<Bytes extends Uint8Array>(data: Bytes, type: string) => Bytes} */
export function find(data, type) {
  const found = search(data, type);
  if (!found) throw new Error(`No box "${type}"`);
  return found;
}

/** One piece of memory with all of these. @type {(pieces: readonly Uint8Array[]) => Uint8Array<ArrayBuffer>} */
export function concat(pieces) {
  const all = new Uint8Array(pieces.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
