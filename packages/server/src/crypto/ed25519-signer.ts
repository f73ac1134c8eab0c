import { utf8ToBytes } from '@noble/hashes/utils.js';
import { optionsError } from '../errors/options-error.ts';
import { decodeBase64 } from './base64-keys.ts';
import { signatureCheck } from './signature-check.ts';
import { kept } from './signer.ts';
import type { Signer } from './signer.ts';

/** The bytes in front of the 32 bytes of a private key in PKCS#8 (RFC 8410 section 7). */
const pkcs8Front = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/**
 * Creates a signer for Ed25519.
 *
 * @param seed the 32 bytes of the private key
 * @throws `ERR_OPTIONS` for a key of another length
 */
export function ed25519Signer(seed: Uint8Array, encode: (bytes: Uint8Array) => string): Signer {
  if (seed.length !== 32)
    throw optionsError('key', `the key has ${seed.length} bytes. Give an Ed25519 key, which has 32.`);
  const { subtle } = globalThis.crypto;
  const privateKey = kept(() =>
    subtle.importKey('pkcs8', Uint8Array.from([...pkcs8Front, ...seed]), 'Ed25519', true, ['sign']),
  );
  const check = kept(async () => signatureCheck(await privateKey(), { name: 'Ed25519' }));
  return {
    sign: async (text) => encode(new Uint8Array(await subtle.sign('Ed25519', await privateKey(), utf8ToBytes(text)))),
    verify: async (text, signature) => {
      const bytes = decodeBase64(signature);
      // Each signature has one spelling: `decodeBase64` also accepts the other alphabet and stray low bits.
      if (!bytes || encode(Uint8Array.from(bytes)) !== signature) return false;
      return (await check())(utf8ToBytes(text), bytes);
    },
  };
}
