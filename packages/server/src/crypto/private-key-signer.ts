import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { optionsError } from '../errors/options-error.ts';
import { decodeBase64 } from './base64-keys.ts';
import { fromDer, toDer } from './ecdsa-der.ts';
import { signatureCheck } from './signature-check.ts';
import type { SignatureAlgorithm, SignatureHash } from './signature-check.ts';
import { kept } from './signer.ts';
import type { Signer } from './signer.ts';

interface Encoding {
  readonly encode: (bytes: Uint8Array) => string;
  /** Decodes a text. Returns `undefined` for a text that `encode` does not make. */
  readonly decode: (text: string) => Uint8Array | undefined;
}

/** Object identifiers in DER: `rsaEncryption` (RFC 8017 appendix C) and `prime256v1` (RFC 5480 section 2.1.1.1). */
const rsa = '06092a864886f70d010101';
const p256 = '06082a8648ce3d030107';

/**
 * Creates a signer for RSA (PKCS#1 v1.5) or ECDSA P-256 from a private key in PEM.
 *
 * @throws `ERR_OPTIONS` for a key that is not PKCS#8, the only form that WebCrypto reads
 */
export function privateKeySigner(pem: string, hash: SignatureHash, { encode, decode }: Encoding): Signer {
  const body = /-----BEGIN PRIVATE KEY-----([\sA-Za-z\d+/=]+)-----END PRIVATE KEY-----/.exec(pem)?.[1];
  const der = decodeBase64(body?.replace(/\s/g, ''));
  const hex = der ? bytesToHex(der) : '';
  if (!der || !(hex.includes(rsa) || hex.includes(p256))) {
    throw optionsError(
      'privateKey',
      'This key cannot be read. Give an RSA or P-256 key in PKCS#8: openssl pkcs8 -topk8 -nocrypt -in key.pem',
    );
  }
  const { subtle } = globalThis.crypto;
  const isRsa = hex.includes(rsa);
  const algorithm: SignatureAlgorithm = isRsa
    ? { name: 'RSASSA-PKCS1-v1_5', hash }
    : { name: 'ECDSA', namedCurve: 'P-256', hash };
  const privateKey = kept(() => subtle.importKey('pkcs8', Uint8Array.from(der), algorithm, true, ['sign']));
  const check = kept(async () => signatureCheck(await privateKey(), algorithm));
  return {
    sign: async (text) => {
      const bytes = new Uint8Array(await subtle.sign(algorithm, await privateKey(), utf8ToBytes(text)));
      return encode(isRsa ? bytes : toDer(bytes));
    },
    verify: async (text, signature) => {
      const bytes = decode(signature);
      const raw = isRsa ? bytes : bytes && fromDer(bytes);
      return raw !== undefined && (await check())(utf8ToBytes(text), raw);
    },
  };
}
