/** The deepest nesting that is read: no real token has a deeper one. */
const MAX_DEPTH = 16;

/** The major types of CBOR (RFC 8949, section 3.1). */
const UNSIGNED = 0;
const BYTES = 2;
const TEXT = 3;
const LIST = 4;
const MAP = 5;
const TAG = 6;
const SIMPLE = 7;

/** The `additional information` of a head whose argument is a double. */
const DOUBLE = 27;

/** The claim `exp` (RFC 8392, section 4). */
const EXP = 4;

interface Head {
  readonly major: number;
  readonly info: number;
  /** The argument: a number, a length, or the number of items. */
  readonly value: number;
}

/**
 * Reads CBOR of definite lengths, item by item. Throws a `RangeError` at the end of the bytes, or at an encoding that
 * it does not know.
 */
class CborReader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  head(): Head {
    const first = this.#view.getUint8(this.#at++);
    const major = first >> 5;
    const info = first & 31;
    return { major, info, value: info < 24 ? info : this.#argument(major, info) };
  }

  /** Reads a byte string. */
  bytes(): Uint8Array {
    const { major, value } = this.head();
    if (major !== BYTES) throw new RangeError('no byte string');
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.pass(value), value);
  }

  skip(depth = 0): void {
    const { major, value } = this.head();
    if (depth > MAX_DEPTH) throw new RangeError('too deep');
    if (major === BYTES || major === TEXT) this.pass(value);
    const items = major === MAP ? value * 2 : major === LIST ? value : major === TAG ? 1 : 0;
    for (let i = 0; i < items; i++) this.skip(depth + 1);
  }

  #argument(major: number, info: number): number {
    const size = 2 ** (info - 24);
    const at = this.pass(size);
    if (major === SIMPLE && info === DOUBLE) return this.#view.getFloat64(at);
    if (size === 1) return this.#view.getUint8(at);
    if (size === 2) return this.#view.getUint16(at);
    if (size === 4) return this.#view.getUint32(at);
    if (size === 8) return Number(this.#view.getBigUint64(at));
    throw new RangeError('no definite length');
  }

  /** Skips `count` bytes. @returns the place where they begin */
  pass(count: number): number {
    const at = this.#at;
    if (at + count > this.#view.byteLength) throw new RangeError('too short');
    this.#at += count;
    return at;
  }
}

const bytesOf = (base64url: string): Uint8Array =>
  Uint8Array.from(atob(base64url.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0));

/**
 * Returns the payload of a `Mac0` or `Sign1` message (RFC 9052), with any tags before it. The message is a list:
 * protected, unprotected, payload, seal.
 */
function payloadOf(token: CborReader): CborReader {
  let head = token.head();
  while (head.major === TAG) head = token.head();
  if (head.major !== LIST || head.value !== 4) throw new RangeError('no COSE message');
  token.skip();
  token.skip();
  return new CborReader(token.bytes());
}

/**
 * Reads when a CWT (RFC 8392), such as a Common Access Token, ends: its claim `exp` can be read without a key.
 * @param token base64url
 * @returns unix seconds; `undefined` if `token` is no CWT, or does not end
 */
export function webTokenExpiry(token: string): number | undefined {
  try {
    const claims = payloadOf(new CborReader(bytesOf(token)));
    const { major, value: count } = claims.head();
    for (let i = 0; major === MAP && i < count; i++) {
      const name = claims.head();
      if (name.major === UNSIGNED && name.value === EXP) {
        const { major: kind, info, value } = claims.head();
        return kind === UNSIGNED || (kind === SIMPLE && info === DOUBLE) ? value : undefined;
      }
      // if the name is a text, its characters follow
      if (name.major === TEXT) claims.pass(name.value);
      claims.skip();
    }
  } catch {
    // a token that cannot be read is no CWT
  }
  return undefined;
}
