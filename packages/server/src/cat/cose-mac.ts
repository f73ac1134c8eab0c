import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { decode, encode, Tagged } from 'cborg';
import { decodeBase64 } from '../crypto/base64-keys.ts';
import { base64url } from '../crypto/base64url.ts';
import { equalInConstantTime } from '../crypto/equal-in-constant-time.ts';
import { hmac, sha256 } from '../crypto/hash.ts';
import { utf8Text } from '../crypto/utf8-text.ts';

/** CBOR claims by their number. */
export type CborClaims = ReadonlyMap<number, unknown>;

export interface CoseKey {
  readonly id: string;
  readonly bytes: Uint8Array;
  /** A token of this key up to its payload. */
  readonly front: Uint8Array;
}

/** Tags 61 (CWT, RFC 8392 section 6) and 17 (COSE_Mac0, RFC 9052 section 6.2). */
const tags = [0xd8, 0x3d, 0xd1];
/** `{1: 5}`: HMAC-SHA256, and nothing else: what the header says is compared with it. */
const protectedHeader = Uint8Array.of(0xa1, 1, 5);
const keyIdLabel = 4;
/** Claims stand in the order they are given. */
const inOrder = { mapSorter: () => 0 };
const readMaps = { useMaps: true, tags: Object.fromEntries([52, 54].map((tag) => [tag, keepTag(tag)])) };
/** One byte in CBOR: what stands in front of it is the same for every payload, and encoded once. */
const empty = new Uint8Array();
/** What is signed (RFC 9052 section 6.3) up to the payload. */
const macFront = /* @__PURE__ */ encode(['MAC0', protectedHeader, empty, empty]).slice(0, -1);

export function coseKey(id: string, bytes: Uint8Array): CoseKey {
  const header = new Map([[keyIdLabel, utf8ToBytes(id)]]);
  const list = encode([protectedHeader, header, empty, empty]).slice(0, -2);
  return { id, bytes, front: Uint8Array.of(...tags, ...list) };
}

export function sealClaims(claims: CborClaims, key: CoseKey): string {
  const payload = encode(claims, inOrder);
  return writeToken(key, payload, decodeBase64(macOf(payload, key.bytes))!);
}

function writeToken({ front }: CoseKey, payload: Uint8Array, mac: Uint8Array): string {
  return base64url(concatBytes(front, encode(payload), encode(mac)));
}

/**
 * The claims of a token sealed with any of `keys`; `signature` where none of them made it, `malformed` for a genuine
 * token that is not what `sealClaims` makes: bytes behind the claims, or a second spelling of them.
 */
export function openClaims(token: string, keys: readonly CoseKey[]): CborClaims | 'signature' | 'malformed' {
  const parts = readParts(token);
  const key = parts && keys.find(({ id }) => id === parts.keyId);
  if (!key || !equalInConstantTime(macOf(parts.payload, key.bytes), base64url(parts.mac))) return 'signature';
  const claims = decodeWhole(parts.payload);
  if (!(claims instanceof Map)) return 'malformed';
  for (const each of (claims as ReadonlyMap<unknown, unknown>).keys()) if (typeof each !== 'number') return 'malformed';
  return sealedAs(claims as CborClaims, key, parts.mac) === token ? (claims as CborClaims) : 'malformed';
}

/**
 * CBOR claims were decoded, and need not be what can be encoded.
 *
 * @param mac that of the payload in which the claims stood
 */
function sealedAs(claims: CborClaims, key: CoseKey, mac: Uint8Array): string | undefined {
  try {
    return writeToken(key, encode(claims, inOrder), mac);
  } catch {
    return undefined;
  }
}

function decodeWhole(bytes: Uint8Array): unknown {
  try {
    return decode(bytes, readMaps);
  } catch {
    return undefined;
  }
}

/** In base64url. */
function macOf(payload: Uint8Array, key: Uint8Array): string {
  return hmac(sha256, key, concatBytes(macFront, encode(payload)), 'base64url');
}

function readParts(token: string): { keyId: string; payload: Uint8Array; mac: Uint8Array } | undefined {
  const bytes = decodeBase64(token);
  if (!bytes || !tags.every((byte, i) => bytes[i] === byte)) return undefined;
  const parts: unknown = decodeWhole(bytes.subarray(tags.length));
  if (!Array.isArray(parts) || parts.length !== 4) return undefined;
  const [, header, payload, mac] = parts as unknown[];
  const id: unknown = header instanceof Map ? (header as Map<unknown, unknown>).get(keyIdLabel) : undefined;
  const keyId = id instanceof Uint8Array ? utf8Text(id) : undefined;
  if (keyId === undefined || !(payload instanceof Uint8Array) || !(mac instanceof Uint8Array)) return undefined;
  return { keyId, payload, mac };
}

function keepTag(tag: number): (read: () => unknown) => Tagged {
  return (read) => new Tagged(tag, read());
}
