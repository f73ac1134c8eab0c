import { CompactSign, compactVerify, exportJWK, importJWK, importPKCS8 } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { decodeBase64 } from '../crypto/base64-keys.ts';
import { base64url } from '../crypto/base64url.ts';
import { kept } from '../crypto/signer.ts';
import { utf8Text } from '../crypto/utf8-text.ts';
import { optionsError } from '../errors/options-error.ts';

export interface JwtKey {
  /** `kid` of the token's header. */
  id?: string;
  /** The private key as PKCS#8 in PEM or as a JWK; for HS256 the shared secret. */
  key: string | JWK;
}

export type JwtAlgorithm = 'RS256' | 'ES256' | 'HS256';

/** Claims whose times are numbers. */
export type JwtClaims = Readonly<Record<string, unknown>> & { readonly exp: number; readonly nbf?: number };

export interface JwtSigner {
  readonly sign: (claims: Readonly<Record<string, unknown>>, expires: number) => Promise<string>;
  /**
   * The claims of a genuine token, expired or not; `malformed` for a genuine one without claims that can be judged, and
   * for headers that change how a token is read (`crit`, RFC 7515 section 4.1.11; `b64`, RFC 7797), which `sign` never
   * writes.
   */
  readonly read: (token: string) => Promise<JwtClaims | 'signature' | 'malformed'>;
}

/**
 * JWS in compact form by `jose`. The algorithm is a matter of configuration; what the header says is compared with it.
 *
 * @throws `ERR_OPTIONS`
 */
export function jwtSigner(keys: readonly JwtKey[], algorithm: JwtAlgorithm): JwtSigner {
  if (!['RS256', 'ES256', 'HS256'].includes(algorithm))
    throw optionsError('algorithm', "This is unknown. Give 'RS256', 'ES256' or 'HS256'.");
  if (keys.length === 0) throw optionsError('keys', 'The list is empty. Give at least one key. The first one signs.');
  const pairs = keys.map(({ id, key }) => ({ id, pair: kept(() => importPair(key, algorithm)) }));
  for (const { key } of keys) checkKey(key, algorithm);

  return {
    sign: async (claims, expires) => {
      const { id, pair } = pairs[0]!;
      const payload = new TextEncoder().encode(JSON.stringify({ ...claims, exp: expires }));
      const header = { alg: algorithm, typ: 'JWT', ...(id !== undefined && { kid: id }) };
      return new CompactSign(payload).setProtectedHeader(header).sign((await pair()).signing);
    },
    read: async (token) => {
      if (!isCanonical(token)) return 'signature';
      const header = readObject(decodeBase64(token.split('.')[0]));
      if (header && ('crit' in header || 'b64' in header)) return 'malformed';
      let payload: Uint8Array | undefined;
      for (const { pair } of pairs) {
        const { verifying } = await pair();
        const verified = await compactVerify(token, verifying, { algorithms: [algorithm] }).catch(() => undefined);
        payload ??= verified?.payload;
      }
      return payload ? (readClaims(payload) ?? 'malformed') : 'signature';
    },
  };
}

function readClaims(payload: Uint8Array): JwtClaims | undefined {
  const claims = readObject(payload);
  const isTime = (value: unknown): boolean => Number.isSafeInteger(value);
  const isWhole = claims && isTime(claims.exp) && (claims.nbf === undefined || isTime(claims.nbf));
  return isWhole ? (claims as JwtClaims) : undefined;
}

/** A JSON object in UTF-8; `undefined` for everything else. */
export function readObject(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(utf8Text(bytes) ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

type Key = CryptoKey | Uint8Array;

async function importPair(key: string | JWK, algorithm: JwtAlgorithm): Promise<{ signing: Key; verifying: Key }> {
  if (algorithm === 'HS256') {
    const secret = new TextEncoder().encode(key as string);
    return { signing: secret, verifying: secret };
  }
  const signing =
    typeof key === 'string'
      ? await importPKCS8(key, algorithm, { extractable: true })
      : await importJWK(key, algorithm, { extractable: true });
  const { kty, n, e, crv, x, y } = await exportJWK(signing);
  const open = algorithm === 'RS256' ? { kty, n, e } : { kty, crv, x, y };
  return { signing, verifying: await importJWK(open as JWK, algorithm) };
}

function checkKey(key: unknown, algorithm: JwtAlgorithm): void {
  if (algorithm === 'HS256') {
    if (typeof key !== 'string' || key === '')
      throw optionsError('keys', 'For HS256, give the shared secret as text.', key);
  } else if (typeof key === 'string' ? !key.includes('BEGIN PRIVATE KEY') : typeof key !== 'object' || key === null) {
    throw optionsError('keys', 'A key cannot be read. Give a JWK or PKCS#8: openssl pkcs8 -topk8 -nocrypt -in key.pem');
  }
}

/** One spelling a token: base64url without padding and without stray low bits. */
function isCanonical(token: string): boolean {
  const parts = token.split('.');
  return (
    parts.length === 3 &&
    parts.every((part) => part !== '' && base64url(decodeBase64(part) ?? new Uint8Array()) === part)
  );
}
