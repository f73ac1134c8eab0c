import { decode, encode, Tagged } from 'cborg';

/** Claims by their label: a number of the registry, or the text `grant`. */
export type CborClaims = ReadonlyMap<number | string, unknown>;

/**
 * Options that accept the tags 52 and 54 (RFC 9164), in which addresses are written. Any other tag makes a token
 * unreadable.
 */
const readOptions = {
  useMaps: true,
  strict: true,
  allowIndefinite: false,
  rejectDuplicateMapKeys: true,
  tags: Object.fromEntries([52, 54].map((tag) => [tag, keepTag(tag)])),
};

/** Options that keep claims in the given order. */
const inOrder = { mapSorter: () => 0 };

/**
 * Reads one item of CBOR (RFC 8949) that fills all of `bytes`. Returns `undefined` for anything else: bytes after the
 * item, a label that occurs twice in a map, an indefinite length, a number or a length in a longer form than it needs.
 */
export function readCbor(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, readOptions);
  } catch {
    return undefined;
  }
}

export function writeCbor(value: unknown): Uint8Array {
  return encode(value, inOrder);
}

function keepTag(tag: number): (read: () => unknown) => Tagged {
  return (read) => new Tagged(tag, read());
}
