/** The deepest nesting that is read: no real token has a deeper one. */
const MAX_DEPTH = 16;

/** The `additional information` of a head whose argument is a double (RFC 8949 §3.3). */
const DOUBLE = 27;

/** The claim `exp` (RFC 8392 §4). */
const EXP = 4;

/** Reads CBOR (RFC 8949) of definite lengths, item by item. Throws a `RangeError` at the end of the bytes. */
class CborReader {
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Returns a number, bytes, a list, or a map; the bytes of a text, and the content of a tag. */
  item(depth = 0): unknown {
    const first = this.#view.getUint8(this.#at++);
    const [major, info] = [first >> 5, first & 31];
    if (depth > MAX_DEPTH) throw new RangeError('too deep');
    if (major === 7) return info === DOUBLE ? this.#view.getFloat64(this.#pass(8)) : this.#argument(info);
    const value = this.#argument(info);
    if (major === 2 || major === 3)
      return new Uint8Array(this.#view.buffer, this.#view.byteOffset + this.#pass(value), value);
    if (major === 6) return this.item(depth + 1);
    if (major < 2) return major ? -1 - value : value;
    const items: unknown[] = [];
    for (let left = major === 5 ? value * 2 : value; left > 0; left--) items.push(this.item(depth + 1));
    return major === 4 ? items : new Map(items.flatMap((key, i) => (i % 2 ? [] : [[key, items[i + 1]] as const])));
  }

  #argument(info: number): number {
    if (info < 24) return info;
    if (info > DOUBLE) throw new RangeError('no definite length');
    const size = 2 ** (info - 24);
    const at = this.#pass(size);
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.#view.getUint8(at + i);
    return value;
  }

  /** Skips `count` bytes. @returns the place where they begin */
  #pass(count: number): number {
    const at = this.#at;
    if (at + count > this.#view.byteLength) throw new RangeError('too short');
    this.#at += count;
    return at;
  }
}

/**
 * Reads when a CWT (RFC 8392), such as a Common Access Token, ends: the claim `exp` of a `Mac0` or `Sign1` message (RFC
 * 9052) can be read without a key.
 * @param token base64url
 * @returns unix seconds; `undefined` if `token` is no CWT, or does not end
 */
export function webTokenExpiry(token: string): number | undefined {
  try {
    const base64 = token.replace(/-/g, '+').replace(/_/g, '/');
    const message = new CborReader(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))).item();
    // protected, unprotected, payload, seal
    const [, , payload] = message as [unknown, unknown, Uint8Array, unknown];
    const expires = (new CborReader(payload).item() as Map<unknown, unknown>).get(EXP);
    return typeof expires === 'number' ? expires : undefined;
  } catch {
    // what cannot be read is no CWT
    return undefined;
  }
}
