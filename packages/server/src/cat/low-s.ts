import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';

/** The order of P-256 (SEC 2, section 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Bytes of each half of a signature. */
const SIZE = 32;

/**
 * Writes a signature of P-256 with the smaller of the two `s` that verify (`s`, and the order minus `s`). Fastly's
 * crate refuses the larger one, which WebCrypto makes every second time.
 *
 * @param signature `r` and `s`
 */
export function withLowS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${bytesToHex(signature.subarray(SIZE))}`);
  if (s <= ORDER / 2n) return signature;
  const other = hexToBytes((ORDER - s).toString(16).padStart(2 * SIZE, '0'));
  return Uint8Array.of(...signature.subarray(0, SIZE), ...other);
}
