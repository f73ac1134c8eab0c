import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { digest, hmac, sha256 } from '../../crypto/hash.ts';
import { ipBytes } from '../../format-parts/ip-bytes.ts';

export interface BunnyMessage {
  /** `token_path`, or the path: decoded in version 2, as the URL spells it in version 3. */
  readonly path: string;
  readonly expires: string;
  readonly params: readonly (readonly [name: string, value: string])[];
}

interface BunnyKind {
  readonly version: 2 | 3;
  readonly ip: string | undefined;
}

/**
 * Creates a function that makes the token of Bunny's own signers with one secret: HMAC-SHA256 since April 2026 (version
 * 3), SHA-256 over the secret before (version 2).
 */
export function bunnyHash(secret: string, { version, ip }: BunnyKind): (message: BunnyMessage) => string {
  if (version === 2) {
    return ({ path, expires, params }) =>
      digest(sha256, secret + path + expires + (ip ?? '') + signedParams(params), 'base64url');
  }
  const key = utf8ToBytes(secret);
  if (ip === undefined) {
    return ({ path, expires, params }) =>
      `HS256-${hmac(sha256, key, path + expires + signedParams(params), 'base64url')}`;
  }
  // The last 8 bytes of an IPv6 address count as zero: a client changes them at will (RFC 8981).
  const address = ipBytes(ip).map((byte, i) => (i < 8 ? byte : 0));
  return ({ path, expires, params }) => {
    const message = concatBytes(utf8ToBytes(path + expires), address, utf8ToBytes(signedParams(params)));
    return `HS256-1-${hmac(sha256, key, message, 'base64url')}`;
  };
}

/**
 * Returns the parameters as they are hashed. Path, expiry, address and parameters have no separators between them. The
 * text still has one reading, because `readBunnyParams` and `runsIntoParams` refuse everything that could stand on
 * either side of a border.
 */
function signedParams(params: BunnyMessage['params']): string {
  return [...params]
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}
