import { utf8ToBytes } from '@noble/hashes/utils.js';
import { CompactSign } from 'jose';
import type { JWK } from 'jose';
import { asymmetricKey } from '../crypto/asymmetric-key.ts';
import { base64Bytes, base64url } from '../crypto/base64url.ts';
import { equalInConstantTime } from '../crypto/equal-in-constant-time.ts';
import { hmac, sha256 } from '../crypto/hash.ts';

/** A key that makes and checks JWS in compact form (RFC 7515 section 7.1). */
export interface JwsKey {
  readonly sign: (header: JwsHeader, payload: Uint8Array) => Promise<string> | string;
  /** Tells whether the signature is valid, and the header names the algorithm of this key. */
  readonly isGenuine: (token: string, header: Readonly<Record<string, unknown>>) => Promise<boolean> | boolean;
}

interface JwsHeader {
  readonly alg: string;
  readonly typ: string;
  readonly kid?: string;
}

/**
 * Creates a key for HS256 (RFC 7518 section 3.2). It computes the HMAC as other formats do: jose would import the
 * secret for each token.
 */
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

/**
 * Creates a key that signs with jose. The key is imported once; a public key only verifies.
 *
 * @throws `ERR_OPTIONS` for a value that is not a key
 */
export function asymmetricJwsKey(key: string | JWK, algorithm: 'RS256' | 'ES256'): JwsKey {
  const pair = asymmetricKey(key, algorithms[algorithm], algorithm);
  return {
    sign: async (header, payload) =>
      new CompactSign(payload).setProtectedHeader({ ...header }).sign(await pair.signingKey()),
    isGenuine: async (token, { alg }) => {
      const end = token.lastIndexOf('.');
      const signature = base64Bytes(token.slice(end + 1));
      const isSigned = signature !== undefined && (await pair.isGenuine(utf8ToBytes(token.slice(0, end)), signature));
      return isSigned && alg === algorithm;
    },
  };
}

/** Parameters of RFC 7518 sections 3.3 and 3.4. */
const algorithms = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
} as const;
