/**
 * `file`, an MP4 with its index in front, with `gap` bytes of nothing before each chunk: too large to be buffered at
 * once.
 */
export function spaceMp4(file: Buffer, gap: number): Buffer {
  const tables = positions(file, 'stco').map((at) => ({ first: at + 12, count: file.readUInt32BE(at + 8) }));
  const entries = tables.flatMap(({ first, count }) => Array.from({ length: count }, (_, index) => first + index * 4));
  const chunks = entries.map((at) => file.readUInt32BE(at)).sort((a, b) => a - b);
  const mdat = positions(file, 'mdat')[0]!;
  const head = Buffer.from(file.subarray(0, chunks[0]));
  for (const at of entries)
    head.writeUInt32BE(head.readUInt32BE(at) + gap * (chunks.indexOf(head.readUInt32BE(at)) + 1), at);
  head.writeUInt32BE(file.readUInt32BE(mdat - 4) + gap * chunks.length, mdat - 4);
  return Buffer.concat([
    head,
    ...chunks.flatMap((start, index) => [Buffer.alloc(gap), file.subarray(start, chunks[index + 1])]),
  ]);
}

/** Returns the positions of the name of each box of `type`. */
function positions(file: Buffer, type: string): number[] {
  const found: number[] = [];
  for (let at = file.indexOf(type, 0, 'latin1'); at > 0; at = file.indexOf(type, at + 4, 'latin1')) found.push(at);
  return found;
}
