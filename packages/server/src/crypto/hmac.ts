import { hmac as pureHmac } from '@noble/hashes/hmac.js';
import { bytesOf, encoded, native } from './hash.ts';
import type { Encoding, Hash, NativeHashes } from './hash.ts';
import { nodeModule } from './node-module.ts';

/** HMAC with one key. @param message text is hashed as UTF-8 */
export type Hmac = (message: string | Uint8Array, encoding: Encoding) => string;

const Native = /* @__PURE__ */ nodeModule('node:buffer')?.Buffer;

/** Made once a key, and asked for each message. */
export function hmacOf(hash: Hash, key: Uint8Array): Hmac {
  const { name, pure } = hash;
  if (!native) return (message, encoding) => encoded(pureHmac(pure, key, bytesOf(message)), encoding);
  const { hash: hashAtOnce, createHmac } = native;
  if (hashAtOnce && Native) return ofTwoHashes(hash, key, hashAtOnce, Native);
  return (message, encoding) => createHmac(name, key).update(message).digest(encoding);
}

/**
 * HMAC as RFC 2104 defines it: a hash over a block of the key and the hash over another block of the key and the
 * message. Written out, since a `Hmac` of `node:crypto` takes longer to be made than both hashes.
 */
function ofTwoHashes(
  { name, pure }: Hash,
  key: Uint8Array,
  hash: NonNullable<NativeHashes['hash']>,
  Bytes: NonNullable<typeof Native>,
): Hmac {
  const { blockLen, outputLen } = pure;
  const block = Bytes.alloc(blockLen);
  block.set(key.length > blockLen ? pure(key) : key);
  const inner = block.map((byte) => byte ^ 0x36);
  // With room for the inner hash. It is used again each time: both hashes are made at once.
  const outer = Bytes.concat([block.map((byte) => byte ^ 0x5c)], blockLen + outputLen);
  return (message, encoding) => {
    const hashed = Bytes.allocUnsafe(blockLen + Bytes.byteLength(message));
    hashed.set(inner);
    if (typeof message === 'string') hashed.write(message, blockLen);
    else hashed.set(message, blockLen);
    outer.write(hash(name, hashed, 'hex'), blockLen, 'hex');
    return hash(name, outer, encoding);
  };
}
