// CBOR (RFC 8949), as far as tokens need it: definite lengths, each number in its shortest form, no label twice.
import { TextDecoder } from 'encoding';

const MAX_DEPTH = 8;

// One item that fills all of the bytes; throws a RangeError, or an error of TextDecoder, for anything else.
export function readCbor(bytes) {
  const reader = new CborReader(bytes);
  const value = reader.item(0);
  if (reader.at !== bytes.length) throw new RangeError('bytes behind it');
  return value;
}

// A byte string, of fewer than 65,536 bytes.
export function writeBytes(bytes) {
  const length = bytes.length;
  const head = length < 24 ? [64 | length] : length < 256 ? [88, length] : [89, length >> 8, length & 255];
  return [...head, ...bytes];
}

class CborReader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  head() {
    const first = this.view.getUint8(this.at++);
    const info = first & 31;
    return { major: first >> 5, info, value: info < 24 ? info : this.argument(info) };
  }

  argument(info) {
    const size = 2 ** (info - 24);
    if (size > 8) throw new RangeError('no definite length');
    const at = this.at;
    this.at += size;
    if (size === 8) return this.view.getUint32(at) * 2 ** 32 + this.view.getUint32(at + 4);
    return size === 1 ? this.view.getUint8(at) : size === 2 ? this.view.getUint16(at) : this.view.getUint32(at);
  }

  take(length) {
    if (length > this.bytes.length - this.at) throw new RangeError('too short');
    this.at += length;
    return this.bytes.slice(this.at - length, this.at);
  }

  item(depth) {
    if (depth > MAX_DEPTH) throw new RangeError('too deep');
    const { major, info, value } = this.head();
    if (major === 7) return this.simple(info);
    const least = info < 24 ? 0 : info === 24 ? 24 : 2 ** (8 * 2 ** (info - 25));
    if (value < least || !Number.isSafeInteger(value)) throw new RangeError('not the shortest form');
    if (major === 0) return value;
    if (major === 1) return -1 - value;
    if (major === 2) return this.take(value);
    if (major === 3) return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.take(value));
    if (major === 4) return this.list(value, depth);
    if (major === 5) return this.map(value, depth);
    if (value !== 52 && value !== 54) throw new RangeError('an unknown tag');
    return { tag: value, value: this.item(depth + 1) };
  }

  // false, true, null and doubles.
  simple(info) {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22) return null;
    if (info === 27) return this.view.getFloat64(this.at - 8);
    throw new RangeError('an unknown value');
  }

  list(length, depth) {
    const items = [];
    for (let i = 0; i < length; i++) items.push(this.item(depth + 1));
    return items;
  }

  map(length, depth) {
    const entries = new Map();
    for (let i = 0; i < length; i++) {
      const key = this.item(depth + 1);
      if (typeof key !== 'number' && typeof key !== 'string') throw new RangeError('no label');
      if (entries.has(key)) throw new RangeError('a label twice');
      entries.set(key, this.item(depth + 1));
    }
    return entries;
  }
}
