import { CompactSign, compactVerify, exportJWK, importJWK, importPKCS8 } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { base64url } from '../crypto/base64url.ts';
import { equalInConstantTime } from '../crypto/equal-in-constant-time.ts';
import { hmac, sha256 } from '../crypto/hash.ts';
import { kept } from '../crypto/signer.ts';

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
  const utf8 = new TextEncoder();
  const key = utf8.encode(secret);
  return {
    sign: (header, payload) => {
      const input = `${base64url(utf8.encode(JSON.stringify(header)))}.${base64url(payload)}`;
      return `${input}.${hmac(sha256, key, input, 'base64url')}`;
    },
    isGenuine: (token, { alg }) => {
      const end = token.lastIndexOf('.');
      const mac = hmac(sha256, key, token.slice(0, end), 'base64url');
      return equalInConstantTime(mac, token.slice(end + 1)) && alg === 'HS256';
    },
  };
}

/** By jose. The key is imported once. */
export function asymmetricKey(key: string | JWK, algorithm: 'RS256' | 'ES256'): JwsKey {
  const pair = kept(() => importPair(key, algorithm));
  return {
    sign: async (header, payload) =>
      new CompactSign(payload).setProtectedHeader({ ...header }).sign((await pair()).signing),
    isGenuine: async (token) => {
      const { verifying } = await pair();
      return compactVerify(token, verifying, { algorithms: [algorithm] }).then(
        () => true,
        () => false,
      );
    },
  };
}

type Key = CryptoKey | Uint8Array;

async function importPair(key: string | JWK, algorithm: 'RS256' | 'ES256'): Promise<{ signing: Key; verifying: Key }> {
  const signing =
    typeof key === 'string'
      ? await importPKCS8(key, algorithm, { extractable: true })
      : await importJWK(key, algorithm, { extractable: true });
  const { kty, n, e, crv, x, y } = await exportJWK(signing);
  const open = algorithm === 'RS256' ? { kty, n, e } : { kty, crv, x, y };
  return { signing, verifying: await importJWK(open as JWK, algorithm) };
}
