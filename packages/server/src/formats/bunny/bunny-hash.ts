import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { bytesOf, digest, hmac, sha256 } from '../../crypto/hash.ts';
import { ipBytes } from '../../format-parts/ip-bytes.ts';

export interface BunnyMessage {
  /** `token_path`, or the decoded path. */
  readonly path: string;
  readonly expires: string;
  readonly params: readonly (readonly [name: string, value: string])[];
}

/**
 * What is hashed: path, expiry, address and sorted parameters without separators between them. It has one reading
 * because `readBunnyParams` and `runsIntoParams` refuse whatever could stand on either side of a border.
 */
function signedText({ path, expires, params }: BunnyMessage, { version, ip }: BunnyKey): string | Uint8Array {
  const sorted = [...params]
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  if (version === 2 || ip === undefined) return path + expires + (ip ?? '') + sorted;
  // Of an IPv6 address the last 8 bytes are zero: a client changes those at will (RFC 8981).
  const address = ipBytes(ip).map((byte, i) => (i < 8 ? byte : 0));
  return concatBytes(utf8ToBytes(path + expires), address, utf8ToBytes(sorted));
}

export interface BunnyKey {
  /** In UTF-8. */
  readonly key: Uint8Array;
  readonly version: 2 | 3;
  readonly ip: string | undefined;
}

/**
 * The token of Bunny's own signers: HMAC-SHA256 since April 2026 (version 3), SHA-256 over the key before (version 2).
 */
export function bunnyHash(message: BunnyMessage, by: BunnyKey): string {
  const text = signedText(message, by);
  if (by.version === 2) return digest(sha256, concatBytes(by.key, bytesOf(text)), 'base64url');
  return `HS256-${by.ip === undefined ? '' : '1-'}${hmac(sha256, by.key, text, 'base64url')}`;
}
