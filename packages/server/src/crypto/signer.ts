import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { optionsError } from '../errors/options-error.ts';
import { exactBytes } from './base64url.ts';
import { equalInConstantTime } from './hash.ts';
import { keyPair, pemBytes } from './key-pair.ts';

/** Makes and checks the signatures of one key or secret in one encoding. `M` is what is signed. */
export interface Signer<M = string> {
  readonly sign: (message: M) => Promise<string> | string;
  /** Whether `signature` is exactly what `sign` returns, or another signature by the owner of the key. */
  readonly verify: (message: M, signature: string) => Promise<boolean> | boolean;
}

/** Creates a signer for a hash or an HMAC with a secret. */
export function macSigner<M = string>(macOf: (message: M) => string): Signer<M> {
  return { sign: macOf, verify: (message, signature) => equalInConstantTime(macOf(message), signature) };
}

/** The bytes in front of the 32 bytes of a private key in PKCS#8 (RFC 8410 section 7). */
const ed25519Front = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

/**
 * Creates a signer for Ed25519.
 *
 * @param seed the 32 bytes of the private key
 * @throws `ERR_OPTIONS` for a key of another length
 */
export function ed25519Signer(seed: Uint8Array, encode: (bytes: Uint8Array) => string): Signer {
  if (seed.length !== 32)
    throw optionsError('key', `the key has ${seed.length} bytes. Give an Ed25519 key, which has 32.`);
  const pair = keyPair(Uint8Array.from([...ed25519Front, ...seed]), 'EdDSA');
  return {
    sign: async (text) => encode(await pair.sign(utf8ToBytes(text))),
    verify: async (text, signature) => {
      const bytes = exactBytes(signature, encode);
      return bytes !== undefined && pair.isGenuine(utf8ToBytes(text), bytes);
    },
  };
}

/** Object identifiers in DER: `rsaEncryption` (RFC 8017 appendix C) and `prime256v1` (RFC 5480 section 2.1.1.1). */
const rsa = '06092a864886f70d010101';
const p256 = '06082a8648ce3d030107';

/**
 * Creates a signer for RSA (PKCS#1 v1.5) or ECDSA P-256 from a private key in PEM.
 *
 * @throws `ERR_OPTIONS` for a key that is not PKCS#8, the only form that WebCrypto reads
 */
export function privateKeySigner(
  pem: string,
  hash: 'SHA-1' | 'SHA-256',
  encode: (bytes: Uint8Array) => string,
  decode: (text: string) => Uint8Array | undefined,
): Signer {
  const der = pemBytes(pem, 'pkcs8');
  const hex = der ? bytesToHex(der) : '';
  const isRsa = hex.includes(rsa);
  if (!der || !(isRsa || hex.includes(p256))) {
    throw optionsError(
      'privateKey',
      'This key cannot be read. Give an RSA or P-256 key in PKCS#8: openssl pkcs8 -topk8 -nocrypt -in key.pem',
    );
  }
  const pair = keyPair(der, `${isRsa ? 'RS' : 'ES'}${hash === 'SHA-1' ? '1' : '256'}`);
  return {
    sign: async (text) => {
      const bytes = await pair.sign(utf8ToBytes(text));
      return encode(isRsa ? bytes : toDer(bytes));
    },
    verify: async (text, signature) => {
      const bytes = decode(signature);
      const raw = isRsa ? bytes : bytes && fromDer(bytes);
      return raw !== undefined && pair.isGenuine(utf8ToBytes(text), raw);
    },
  };
}

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
  const startOfS = 4 + (der[3] ?? 0) + 2;
  const raw = new Uint8Array(64);
  for (const [i, part] of [der.subarray(4, startOfS - 2), der.subarray(startOfS)].entries()) {
    const bytes = part[0] === 0 ? part.subarray(1) : part;
    if (bytes.length > 32) return undefined;
    raw.set(bytes, 32 * (i + 1) - bytes.length);
  }
  return bytesToHex(toDer(raw)) === bytesToHex(der) ? raw : undefined;
}

function derInteger(bytes: Uint8Array): number[] {
  const first = bytes.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? [0] : [...bytes.subarray(first)];
  // With a leading bit of 1, the integer would be negative.
  if (digits[0]! > 0x7f) digits.unshift(0);
  return [2, digits.length, ...digits];
}
