/**
 * Converts an ECDSA signature over P-256 from `r‖s` in 64 bytes (IEEE P1363), as WebCrypto has it, to a DER sequence of
 * two integers (RFC 3279 section 2.2.3), as CloudFront and OpenSSL have it.
 */
export function toDer(raw: Uint8Array): Uint8Array {
  const body = [...derInteger(raw.subarray(0, 32)), ...derInteger(raw.subarray(32))];
  return Uint8Array.from([0x30, body.length, ...body]);
}

/**
 * Converts a signature from DER to `r‖s`. Returns `undefined` for bytes that `toDer` would not have made, so that each
 * signature has one spelling.
 */
export function fromDer(der: Uint8Array): Uint8Array | undefined {
  const lengthOfR = der[3] ?? 0;
  const lengthOfS = der[5 + lengthOfR] ?? 0;
  const [r, s] = [der.subarray(4, 4 + lengthOfR), der.subarray(6 + lengthOfR, 6 + lengthOfR + lengthOfS)];
  const raw = new Uint8Array(64);
  for (const [i, part] of [r, s].entries()) {
    const bytes = part[0] === 0 ? part.subarray(1) : part;
    if (bytes.length > 32) return undefined;
    raw.set(bytes, 32 * (i + 1) - bytes.length);
  }
  const again = toDer(raw);
  return again.length === der.length && again.every((byte, i) => byte === der[i]) ? raw : undefined;
}

function derInteger(bytes: Uint8Array): number[] {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? [0] : [...bytes.subarray(first)];
  // With a leading bit of 1, the integer would be negative.
  if (digits[0]! > 0x7f) digits.unshift(0);
  return [2, digits.length, ...digits];
}
