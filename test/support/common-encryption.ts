import { createCipheriv } from 'node:crypto';

/** A key for what ClearKey plays: `cenc` over whole samples (ISO/IEC 23001-7), which is all that audio needs. */
export interface EncryptionKey {
  readonly id: Buffer;
  readonly key: Buffer;
}

const box = (type: string, ...content: Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length + 8);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, body]);
};
const uint32 = (...values: number[]): Buffer =>
  Buffer.concat(values.map((value) => Buffer.from([value >>> 24, value >>> 16, value >>> 8, value])));

/** `bytes` with the boxes of `types` put through `change`, whatever folders they are in; sizes are made good. */
function mapBoxes(bytes: Buffer, change: Record<string, (body: Buffer) => Buffer>): Buffer {
  const folders = ['moov', 'trak', 'mdia', 'minf', 'stbl', 'moof', 'traf'];
  const all: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    const body = bytes.subarray(at + 8, at + size);
    const inner = folders.includes(type) ? mapBoxes(body, change) : body;
    all.push(change[type] ? change[type](inner) : box(type, inner));
    at += size;
  }
  return Buffer.concat(all);
}

/** The id of the common system in a `pssh` box, whose content is ids of keys alone. */
const COMMON_SYSTEM = Buffer.from('1077efecc0b24d02ace33c1e52e2fb4b', 'hex');

/**
 * An init segment with AAC, marked as encrypted.
 * @param withPssh also a `pssh` box, by which a browser tells the page that a key is needed
 */
export const encryptInit = (init: Buffer, { id }: EncryptionKey, withPssh = false): Buffer =>
  mapBoxes(init, {
    moov: (body) =>
      withPssh
        ? box('moov', body, box('pssh', uint32(0x1000000), COMMON_SYSTEM, uint32(1), id, uint32(0)))
        : box('moov', body),
    stsd(body) {
      const entry = body.subarray(16);
      const sinf = box(
        'sinf',
        box('frma', Buffer.from('mp4a')),
        box('schm', uint32(0), Buffer.from('cenc'), uint32(0x10000)),
        box('schi', box('tenc', uint32(0), Buffer.from([0, 0, 1, 8]), id)),
      );
      return box('stsd', body.subarray(0, 8), box('enca', entry, sinf));
    },
  });

/** A media segment of one track, each sample encrypted with an IV of its own. */
export function encryptSegment(segment: Buffer, { key }: EncryptionKey): Buffer {
  const sizes: number[] = [];
  mapBoxes(segment, {
    trun(body) {
      sizes.push(...sampleSizes(body));
      return box('trun', body);
    },
  });
  const ivs = sizes.map((_, index) => uint32(1, index + 1));
  const senc = box('senc', uint32(0, sizes.length), ...ivs);
  return mapBoxes(segment, {
    traf: (body) => box('traf', body, senc),
    trun(body) {
      const moved = Buffer.from(body);
      // the samples follow the moof, which has grown
      moved.writeUInt32BE(moved.readUInt32BE(8) + senc.length, 8);
      return box('trun', moved);
    },
    mdat(body) {
      let at = 0;
      const samples = sizes.map((size, index) => {
        const cipher = createCipheriv('aes-128-ctr', key, Buffer.concat([ivs[index]!, Buffer.alloc(8)]));
        const sample = body.subarray(at, at + size);
        at += size;
        return cipher.update(sample);
      });
      return box('mdat', ...samples);
    },
  });
}

/** Sizes in a `trun` that states the data offset and, of each sample, at least the size. */
function sampleSizes(trun: Buffer): number[] {
  const flags = trun.readUInt32BE(0);
  if (!(flags & 0x1) || !(flags & 0x200)) throw new Error(`trun flags ${flags.toString(16)}`);
  const count = trun.readUInt32BE(4);
  const has = (flag: number): number => (flags & flag ? 4 : 0);
  const step = has(0x100) + has(0x200) + has(0x400) + has(0x800);
  const first = 12 + has(0x4) + has(0x100);
  return Array.from({ length: count }, (_, index) => trun.readUInt32BE(first + index * step));
}
