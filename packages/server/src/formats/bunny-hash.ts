import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { base64url } from '../base64url.ts';
import { ipBytes } from './ip-bytes.ts';

export interface BunnyMessage {
  /** `token_path`, or the decoded path. */
  readonly path: string;
  readonly expires: string;
  readonly params: readonly (readonly [name: string, value: string])[];
}

/** The token of Bunny's own signers: HMAC-SHA256 since April 2026 (version 3), SHA-256 over the key before (version 2). */
export function bunnyHash(
  { path, expires, params }: BunnyMessage,
  { key, version, ip }: { key: string; version: 2 | 3; ip: string | undefined },
): string {
  const sorted = params
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  if (version === 2) return base64url(sha256(utf8ToBytes(key + path + expires + (ip ?? '') + sorted)));
  // Of an IPv6 address the last 8 bytes are zero: a client changes those at will (RFC 8981).
  const address = ip === undefined ? new Uint8Array() : ipBytes(ip).map((byte, i) => (i < 8 ? byte : 0));
  const message = concatBytes(utf8ToBytes(path + expires), address, utf8ToBytes(sorted));
  return `HS256-${ip === undefined ? '' : '1-'}${base64url(hmac(sha256, utf8ToBytes(key), message))}`;
}

/** Parameters that belong to the token; with `token_ignore_params`, no others are signed. */
const ownParams = ['limit', 'token_countries', 'token_countries_blocked', 'token_ignore_params', 'token_path'];

/** What of a query is signed: everything but the token and its expiry, or only what belongs to the token. */
export function signedParams(query: string): [name: string, value: string][] {
  const all = [...new URLSearchParams(query)].filter(([name]) => name !== 'token' && name !== 'expires');
  const ignoring = all.some(([name, value]) => name === 'token_ignore_params' && value === 'true');
  return ignoring ? all.filter(([name]) => ownParams.includes(name)) : all;
}
