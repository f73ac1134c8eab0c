/** Boxes that hold nothing but boxes, and are looked into. */
export const containers = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'moof', 'traf'];

/** @type {(data: Buffer) => Generator<[type: string, box: Buffer]>} */
export function* boxes(data) {
  for (let at = 0; at < data.length; at += data.readUInt32BE(at)) {
    yield [data.toString('latin1', at + 4, at + 8), data.subarray(at, at + data.readUInt32BE(at))];
  }
}

/** The first box of that type, however deep; it shares its memory with `data`. @type {(data: Buffer, type: string) => Buffer | undefined} */
export function search(data, type) {
  for (const [name, found] of boxes(data)) {
    if (name === type) return found;
    const inside = containers.includes(name) ? search(found.subarray(8), type) : undefined;
    if (inside) return inside;
  }
  return undefined;
}

/** @type {(data: Buffer, type: string) => Buffer} */
export function find(data, type) {
  const found = search(data, type);
  if (!found) throw new Error(`No box "${type}"`);
  return found;
}
