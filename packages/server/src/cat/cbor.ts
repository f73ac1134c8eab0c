import { decode, encode, Tagged } from 'cborg';

/** Claims by their label: a number of the registry, or the text `grant`. */
export type CborClaims = ReadonlyMap<number | string, unknown>;

/** Tags 52 and 54 (RFC 9164) are what addresses are written in; any other makes a token unreadable. */
const readOptions = {
  useMaps: true,
  strict: true,
  allowIndefinite: false,
  rejectDuplicateMapKeys: true,
  tags: Object.fromEntries([52, 54].map((tag) => [tag, keepTag(tag)])),
};

/** Claims stand in the order they are given. */
const inOrder = { mapSorter: () => 0 };

/**
 * One item of CBOR (RFC 8949) that fills all of `bytes`; `undefined` for anything else: bytes behind it, a label that
 * comes twice in a map, an indefinite length, a number or a length in a longer form than it needs.
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
