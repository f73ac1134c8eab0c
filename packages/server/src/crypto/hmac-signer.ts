import { equalInConstantTime } from './equal-in-constant-time.ts';
import { hmac } from './hash.ts';
import type { Encoding, Hash } from './hash.ts';
import type { Signer } from './signer.ts';

/**
 * Creates a signer for HMAC.
 *
 * @param write turns the encoded signature into the text that is sent
 */
export function hmacSigner(
  hash: Hash,
  key: Uint8Array,
  encoding: Encoding,
  write: (signature: string) => string = (signature) => signature,
): Signer {
  const sign = (text: string): string => write(hmac(hash, key, text, encoding));
  return { sign, verify: (text, signature) => equalInConstantTime(sign(text), signature) };
}
