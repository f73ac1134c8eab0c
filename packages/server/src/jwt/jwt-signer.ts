import type { JWK } from 'jose';
import { decodeBase64 } from '../crypto/base64-keys.ts';
import { base64url } from '../crypto/base64url.ts';
import { isPem } from '../crypto/secret-list.ts';
import { utf8Text } from '../crypto/utf8-text.ts';
import { optionsError } from '../errors/options-error.ts';
import { asymmetricJwsKey, hs256Key } from './jws-key.ts';

export interface JwtKey {
  /** `kid` of the token's header. */
  id?: string;
  /**
   * The private key as PKCS#8 in PEM or as a JWK; for HS256 the shared secret. A public key (SPKI in PEM, or a JWK)
   * only verifies: an edge that has no other key cannot sign.
   */
  key: string | JWK;
}

export type JwtAlgorithm = 'RS256' | 'ES256' | 'HS256';

/** Claims in which the times are numbers. */
export type JwtClaims = Readonly<Record<string, unknown>> & { readonly exp: number; readonly nbf?: number };

export interface JwtSigner {
  readonly sign: (claims: Readonly<Record<string, unknown>>, expires: number) => Promise<string>;
  /**
   * Returns the claims of a genuine token, expired or not. Returns `malformed` for a genuine token whose claims cannot
   * be judged, and for headers that change how a token is read (`crit`, RFC 7515 section 4.1.11; `b64`, RFC 7797),
   * which `sign` never writes.
   */
  readonly read: (token: string) => Promise<JwtClaims | 'signature' | 'malformed'>;
}

/**
 * Creates a signer for JWS in compact form. The configuration decides on the algorithm, and the header is compared with
 * it.
 *
 * @throws `ERR_OPTIONS`
 */
export function jwtSigner(keys: readonly JwtKey[], algorithm: JwtAlgorithm): JwtSigner {
  if (!['RS256', 'ES256', 'HS256'].includes(algorithm))
    throw optionsError('algorithm', "This is unknown. Give 'RS256', 'ES256' or 'HS256'.");
  if (keys.length === 0) throw optionsError('keys', 'The list is empty. Give at least one key. The first one signs.');
  // the text of a public key is no secret: everyone who has read it could sign
  const isSecret = ({ key }: JwtKey): boolean => typeof key === 'string' && key !== '' && !isPem(key);
  const missing = algorithm === 'HS256' ? keys.find((each) => !isSecret(each)) : undefined;
  if (missing) throw optionsError('keys', 'For HS256, give the shared secret as text.', missing.key);
  const jwsKeys = keys.map(({ key }) =>
    algorithm === 'HS256' ? hs256Key(key as string) : asymmetricJwsKey(key, algorithm),
  );
  const { id } = keys[0]!;
  const ownHeader = { alg: algorithm, typ: 'JWT', ...(id !== undefined && { kid: id }) };
  const ownWritten = base64url(new TextEncoder().encode(JSON.stringify(ownHeader)));

  return {
    sign: async (claims, expires) => {
      const payload = new TextEncoder().encode(JSON.stringify({ ...claims, exp: expires }));
      return jwsKeys[0]!.sign(ownHeader, payload);
    },
    read: async (token) => {
      const parts = token.split('.');
      if (parts.length !== 3 || !parts.every((part) => canonicalBase64url.test(part))) return 'signature';
      const [written, payload] = parts;
      // Most tokens have the header that `sign` writes.
      const header = written === ownWritten ? ownHeader : readObject(decodeBase64(written));
      if (!header) return 'signature';
      if ('crit' in header || 'b64' in header) return 'malformed';
      let isGenuine = false;
      for (const key of jwsKeys) isGenuine = (await key.isGenuine(token, header)) || isGenuine;
      return isGenuine ? (readClaims(decodeBase64(payload)) ?? 'malformed') : 'signature';
    },
  };
}

function readClaims(payload: Uint8Array | undefined): JwtClaims | undefined {
  const claims = readObject(payload);
  const isTime = (value: unknown): boolean => Number.isSafeInteger(value);
  const isWhole = claims && isTime(claims.exp) && (claims.nbf === undefined || isTime(claims.nbf));
  return isWhole ? (claims as JwtClaims) : undefined;
}

/** Reads a JSON object in UTF-8; returns `undefined` for everything else. */
export function readObject(bytes: Uint8Array | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(utf8Text(bytes) ?? '');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** The one spelling of a part of a token: base64url without padding and without stray low bits. */
const canonicalBase64url = /^(?!$)(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/;
