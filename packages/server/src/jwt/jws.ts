import { utf8ToBytes } from '@noble/hashes/utils.js';
import { CompactSign } from 'jose';
import type { JWK } from 'jose';
import { base64Bytes, base64url, utf8Text } from '../crypto/base64url.ts';
import { hmac, sha256 } from '../crypto/hash.ts';
import { keyPair } from '../crypto/key-pair.ts';
import { isPem } from '../crypto/secret-list.ts';
import { macSigner } from '../crypto/signer.ts';
import type { Signer } from '../crypto/signer.ts';
import { optionsError } from '../errors/options-error.ts';
import type { Claims, JwtClaims } from './claims.ts';

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

/** A signer and verifier of JWS in compact form (RFC 7515 section 7.1). */
export interface Jws {
  /** @param expires unix seconds */
  readonly sign: (claims: Claims, expires: number) => Promise<string>;
  /**
   * Returns the claims of a genuine token, expired or not. Returns `malformed` for a genuine token whose claims cannot
   * be judged, and for headers that change how a token is read (`crit`, RFC 7515 section 4.1.11; `b64`, RFC 7797),
   * which `sign` never writes.
   */
  readonly read: (token: string) => Promise<JwtClaims | 'signature' | 'malformed'>;
}

/**
 * Creates the signer of a format. The first key signs, all keys verify. The configuration decides on the algorithm, and
 * the header is compared with it.
 *
 * @throws `ERR_OPTIONS`
 */
export function jws(keys: readonly JwtKey[], algorithm: JwtAlgorithm): Jws {
  const jwsKeys = keys.map(({ key }) => (algorithm === 'HS256' ? sharedKey(key) : pairOf(key, algorithm)));
  const { id } = keys[0]!;
  const header: Header = { alg: algorithm, typ: 'JWT', ...(id !== undefined && { kid: id }) };
  const ownWritten = encoded(header);

  return {
    sign: async (claims, expires) => jwsKeys[0]!.sign(header, utf8ToBytes(JSON.stringify({ ...claims, exp: expires }))),
    read: async (token) => {
      const [, written, payload, signature] = compactForm.exec(token) ?? [];
      // Most tokens have the header that `sign` writes.
      const sent = written === ownWritten ? header : readObject(written);
      if (!sent) return 'signature';
      if ('crit' in sent || 'b64' in sent) return 'malformed';
      if (sent.alg !== algorithm) return 'signature';
      let isGenuine = false;
      for (const key of jwsKeys) isGenuine = (await key.verify(`${written!}.${payload!}`, signature!)) || isGenuine;
      return isGenuine ? readClaims(payload) : 'signature';
    },
  };
}

interface Header {
  readonly alg: JwtAlgorithm;
  readonly typ: 'JWT';
  readonly kid?: string;
}

/** A key that signs a token, and checks the signature of the text in front of the last dot. */
interface JwsKey extends Pick<Signer, 'verify'> {
  readonly sign: (header: Header, payload: Uint8Array) => Promise<string> | string;
}

/** Creates a key for HS256 (RFC 7518 section 3.2). jose would import the secret for each token. */
function sharedKey(secret: string | JWK): JwsKey {
  // the text of a public key is no secret: everyone who has read it could sign
  if (typeof secret !== 'string' || secret === '' || isPem(secret))
    throw optionsError('keys', 'For HS256, give the shared secret as text.', secret);
  const key = utf8ToBytes(secret);
  const { sign, verify } = macSigner((signed: string) => hmac(sha256, key, signed, 'base64url'));
  return {
    sign: async (header, payload) => {
      const signed = `${encoded(header)}.${base64url(payload)}`;
      return `${signed}.${await sign(signed)}`;
    },
    verify,
  };
}

/**
 * Creates a key with which jose signs (RFC 7518 sections 3.3 and 3.4). `keyPair` checks signatures, because that takes
 * a quarter of the time that WebCrypto takes, which jose uses.
 */
function pairOf(key: string | JWK, algorithm: 'RS256' | 'ES256'): JwsKey {
  const pair = keyPair(key, algorithm);
  return {
    sign: async (header, payload) =>
      new CompactSign(payload).setProtectedHeader({ ...header }).sign(await pair.signingKey()),
    verify: (signed, signature) => pair.isGenuine(utf8ToBytes(signed), base64Bytes(signature)!),
  };
}

function encoded(header: Header): string {
  return base64url(utf8ToBytes(JSON.stringify(header)));
}

/**
 * The one spelling of a token: three parts in base64url, without padding and without stray low bits. jose also takes
 * padding, and a space at the end.
 */
const part = '((?:[\\w-]{4})*(?:[\\w-][AQgw]|[\\w-]{2}[AEIMQUYcgkosw048])?)';
const compactForm = new RegExp(`^${part}\\.${part}\\.${part}$`);

function readClaims(payload: string | undefined): JwtClaims | 'malformed' {
  const claims = readObject(payload);
  const isTime = (value: unknown): boolean => Number.isSafeInteger(value);
  return claims && isTime(claims.exp) && (claims.nbf === undefined || isTime(claims.nbf))
    ? (claims as JwtClaims)
    : 'malformed';
}

/**
 * Reads a JSON object in UTF-8 and base64url. Returns `undefined` for anything else, and for an object that has a member
 * twice: of two `exp`, jose takes the last one, and another verifier may take the first.
 */
export function readObject(encodedJson: string | undefined): Claims | undefined {
  try {
    const text = utf8Text(base64Bytes(encodedJson ?? '')) ?? '';
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const colons = text.replace(/"(?:[^"\\]|\\.)*"/g, '').split(':').length - 1;
    return colons === membersOf(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

/** Counts the members of an object and of all objects within. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const within = Object.values(value).reduce<number>((sum, each) => sum + membersOf(each), 0);
  return within + (Array.isArray(value) ? 0 : Object.keys(value).length);
}
