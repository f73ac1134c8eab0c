import { hmac } from '@noble/hashes/hmac.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { equalInConstantTime } from './equal-in-constant-time.ts';
import type { Signer } from './signer.ts';

const hashes = { sha1, sha256 };

export function hmacSigner(
  algorithm: 'sha1' | 'sha256',
  key: Uint8Array,
  encode: (bytes: Uint8Array) => string,
): Signer {
  const sign = (text: string): string => encode(hmac(hashes[algorithm], key, utf8ToBytes(text)));
  return { sign, verify: (text, signature) => equalInConstantTime(sign(text), signature) };
}
