import { utf8ToBytes } from '@noble/hashes/utils.js';
import { CompactSign, importJWK, importPKCS8 } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { base64Bytes, base64url } from '../crypto/base64url.ts';
import { equalInConstantTime } from '../crypto/equal-in-constant-time.ts';
import { hmac, sha256 } from '../crypto/hash.ts';
import { signatureCheck } from '../crypto/signature-check.ts';
import type { SignatureCheck } from '../crypto/signature-check.ts';
import { kept } from '../crypto/signer.ts';
import { optionsError } from '../errors/options-error.ts';

/** Makes and checks JWS in compact form (RFC 7515 section 7.1) with one key. */
export interface JwsKey {
  readonly sign: (header: JwsHeader, payload: Uint8Array) => Promise<string> | string;
  /** Whether the signature is good, and the header names the algorithm of this key. */
  readonly isGenuine: (token: string, header: Readonly<Record<string, unknown>>) => Promise<boolean> | boolean;
}

interface JwsHeader {
  readonly alg: string;
  readonly typ: string;
  readonly kid?: string;
}

/** HS256 (RFC 7518 section 3.2): an HMAC as other formats have it, where jose imports the secret for each token. */
export function hs256Key(secret: string): JwsKey {
  const key = utf8ToBytes(secret);
  return {
    sign: (header, payload) => {
      const input = `${base64url(utf8ToBytes(JSON.stringify(header)))}.${base64url(payload)}`;
      return `${input}.${hmac(sha256, key, input, 'base64url')}`;
    },
    isGenuine: (token, { alg }) => {
      const end = token.lastIndexOf('.');
      const mac = hmac(sha256, key, token.slice(0, end), 'base64url');
      return equalInConstantTime(mac, token.slice(end + 1)) && alg === 'HS256';
    },
  };
}

/** Signs by jose. The key is imported once. */
export function asymmetricKey(key: string | JWK, algorithm: 'RS256' | 'ES256'): JwsKey {
  const pair = kept(() => importPair(key, algorithm));
  return {
    sign: async (header, payload) =>
      new CompactSign(payload).setProtectedHeader({ ...header }).sign((await pair()).signing),
    isGenuine: async (token, { alg }) => {
      const { check } = await pair();
      const end = token.lastIndexOf('.');
      const signature = base64Bytes(token.slice(end + 1));
      const isSigned = signature !== undefined && (await check(utf8ToBytes(token.slice(0, end)), signature));
      return isSigned && alg === algorithm;
    },
  };
}

/** RFC 7518 sections 3.3 and 3.4. */
const algorithms = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
} as const;

async function importPair(
  key: string | JWK,
  algorithm: 'RS256' | 'ES256',
): Promise<{ signing: CryptoKey; check: SignatureCheck }> {
  const signing = await (typeof key === 'string'
    ? importPKCS8(key, algorithm, { extractable: true })
    : importJWK(key, algorithm, { extractable: true }));
  if (signing instanceof Uint8Array || isShort(signing))
    throw optionsError(
      'keys',
      `A key is not one of ${algorithm}. Give an RSA key of at least 2048 bits, or use ES256.`,
    );
  return { signing, check: await signatureCheck(signing, algorithms[algorithm]) };
}

/** RFC 7518 section 3.3 wants RSA keys of 2048 bits or more. */
function isShort({ algorithm }: CryptoKey): boolean {
  return 'modulusLength' in algorithm && Number(algorithm.modulusLength) < 2048;
}
