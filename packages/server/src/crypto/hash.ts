import type * as nodeCrypto from 'node:crypto';
import { hmac as pureHmac } from '@noble/hashes/hmac.js';
import { md5 as pureMd5, sha1 as pureSha1 } from '@noble/hashes/legacy.js';
import { sha256 as pureSha256, sha384 as pureSha384, sha512 as pureSha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { CHash } from '@noble/hashes/utils.js';
import { base64url, nodeModule } from './base64url.ts';

/** A hash function: its name in `node:crypto`, and its implementation in JavaScript. */
export interface Hash {
  readonly name: string;
  readonly pure: CHash;
}

export const md5: Hash = { name: 'md5', pure: pureMd5 };
export const sha1: Hash = { name: 'sha1', pure: pureSha1 };
export const sha256: Hash = { name: 'sha256', pure: pureSha256 };
export const sha384: Hash = { name: 'sha384', pure: pureSha384 };
export const sha512: Hash = { name: 'sha512', pure: pureSha512 };

export type Encoding = 'base64url' | 'hex';

/**
 * Hashes a message.
 *
 * @param message text is hashed as UTF-8
 */
export function digest({ name, pure }: Hash, message: string | Uint8Array, encoding: Encoding): string {
  if (!native) return encoded(pure(bytesOf(message)), encoding);
  // Some runtimes have only `createHash`.
  return native.hash?.(name, message, encoding) ?? native.createHash(name).update(message).digest(encoding);
}

/**
 * Computes an HMAC.
 *
 * @param message text is hashed as UTF-8
 */
export function hmac({ name, pure }: Hash, key: Uint8Array, message: string | Uint8Array, encoding: Encoding): string {
  if (!native) return encoded(pureHmac(pure, key, bytesOf(message)), encoding);
  return native.createHmac(name, key).update(message).digest(encoding);
}

type NodeCrypto = typeof nodeCrypto;
type NativeHashes = Pick<NodeCrypto, 'createHash' | 'createHmac'> & Partial<Pick<NodeCrypto, 'hash'>>;

/**
 * `node:crypto`, if the runtime has it: it hashes several times as fast as JavaScript, and synchronously, unlike
 * WebCrypto.
 */
const native = /* @__PURE__ */ findNative();

function findNative(): NativeHashes | undefined {
  try {
    const found = nodeModule('node:crypto') as NativeHashes | undefined;
    // Throws in FIPS mode, which has no MD5.
    found?.createHash('md5');
    return found;
  } catch {
    return undefined;
  }
}

/** Encodes text as UTF-8. Returns bytes as they are. */
function bytesOf(message: string | Uint8Array): Uint8Array {
  return typeof message === 'string' ? utf8ToBytes(message) : message;
}

function encoded(bytes: Uint8Array, encoding: Encoding): string {
  return encoding === 'hex' ? bytesToHex(bytes) : base64url(bytes);
}

/**
 * Compares two strings to their ends, even after a difference, so that the time does not tell an attacker how much of a
 * guess is right. Only the lengths may show: they are public in every format.
 */
export function equalInConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return difference === 0;
}
