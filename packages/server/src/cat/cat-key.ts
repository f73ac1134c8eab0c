import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { base64Bytes, base64url } from '../crypto/base64url.ts';
import { equalInConstantTime, hmac, sha256 } from '../crypto/hash.ts';
import { keyPair } from '../crypto/key-pair.ts';
import type { Jwk, KeyPair } from '../crypto/key-pair.ts';
import { keyList } from '../crypto/secret-list.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { claimName, readClaims, readToken, signedBytes, writeCbor, writeHeader, writeToken } from './cose.ts';
import type { CborClaims, CoseKind, CoseMessage, TagStyle } from './cose.ts';

/** A key for Common Access Tokens: it signs and verifies, or only verifies. */
export interface CatKey {
  /** `kid` of the token. */
  id: string;
  /**
   * For HS256, the shared key in hex, or as a JWK of the type `oct`. For ES256 and PS256, a private key as PKCS#8 in
   * PEM or as a JWK, or a public key (SPKI in PEM, or a JWK), which only verifies: an edge that has no other key cannot
   * sign.
   */
  key: string | Jwk;
}

/** HMAC with SHA-256, ECDSA over P-256, RSA-PSS with SHA-256 (RFC 9053, RFC 8230). */
export type CatAlgorithm = 'HS256' | 'ES256' | 'PS256';

/** Numbers of RFC 9053 sections 2.1 and 3.1, RFC 8230 section 2. */
const coseAlgorithms: Readonly<Record<CatAlgorithm, { readonly number: number; readonly kind: CoseKind }>> = {
  HS256: { number: 5, kind: 'mac' },
  ES256: { number: -7, kind: 'sign' },
  PS256: { number: -37, kind: 'sign' },
};

export interface CoseKey {
  readonly id: string;
  /** Whether the key only verifies. */
  readonly isPublic: boolean;
  /** Returns the token with these claims. @throws `ERR_OPTIONS` for a public key */
  readonly seal: (claims: CborClaims) => Promise<string>;
  readonly isGenuine: (message: CoseMessage) => Promise<boolean>;
}

/** @throws `ERR_OPTIONS` for a value that is not a key of the algorithm */
export function coseKeys(keys: readonly CatKey[], algorithm: CatAlgorithm, style: TagStyle): readonly CoseKey[] {
  const { number, kind } = coseAlgorithms[algorithm];
  return keys.map((given) => {
    const isId = option.matching(/^/, 'This is not text. Give each key its id as text.');
    const { id, key } = option.readOptions(given, { id: isId, key: option.given }, 'keys');
    const pair = algorithm === 'HS256' ? sharedKey(key) : keyPair(key, algorithm);
    const header = writeHeader(number);
    return {
      id,
      isPublic: pair.isPublic,
      seal: async (claims) => {
        const payload = writeCbor(claims);
        const made = await pair.sign(signedBytes(kind, header, payload));
        const signature = algorithm === 'ES256' ? withLowS(made) : made;
        return writeToken({ kind, header, keyId: id, payload, signature }, style);
      },
      isGenuine: async ({ protectedHeader, payload, signature }) =>
        pair.isGenuine(signedBytes(kind, protectedHeader, payload), signature),
    };
  });
}

function sharedKey(key: string | Jwk): Pick<KeyPair, 'isPublic' | 'sign' | 'isGenuine'> {
  // a JWK of RFC 7518 section 6.4
  const ofJwk = (key as Jwk | null)?.kty === 'oct' ? base64Bytes((key as Jwk).k) : undefined;
  const bytes = ofJwk?.length ? ofJwk : keyList({ key: key as string }, 'hex')[0]!;
  const macOf = (message: Uint8Array): string => hmac(sha256, bytes, message, 'base64url');
  return {
    isPublic: false,
    sign: async (message) => Promise.resolve(base64Bytes(macOf(message))!),
    isGenuine: async (message, mac) => Promise.resolve(equalInConstantTime(macOf(message), base64url(mac))),
  };
}

/**
 * Tells whether any of `keys` has made a message. Before that, compares its `alg` and its tag with the configuration.
 */
async function isGenuine(message: CoseMessage, keys: readonly CoseKey[], algorithm: CatAlgorithm): Promise<boolean> {
  const { number, kind } = coseAlgorithms[algorithm];
  if (message.algorithm !== number || (message.kind !== undefined && message.kind !== kind)) return false;
  // A token without a key id may be of the only key.
  const asked = message.keyId === undefined && keys.length === 1 ? keys : keys.filter(({ id }) => id === message.keyId);
  for (const key of asked) if (await key.isGenuine(message)) return true;
  return false;
}

/**
 * Returns the claims of a token that one of `keys` has made. Returns `malformed` if the token or its claims cannot be
 * read, and `signature` if another key or algorithm has made it.
 */
export async function openToken(
  token: string,
  keys: readonly CoseKey[],
  algorithm: CatAlgorithm,
): Promise<CborClaims | 'malformed' | 'signature'> {
  const message = readToken(token);
  if (!message) return 'malformed';
  if (!(await isGenuine(message, keys, algorithm))) return 'signature';
  return readClaims(message.payload) ?? 'malformed';
}

/** The order of P-256 (SEC 2, section 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Bytes of each half of a signature. */
const SIZE = 32;

/**
 * Writes a signature of P-256 with the smaller of the two `s` that verify (`s`, and the order minus `s`). Fastly's
 * crate refuses the larger one, which WebCrypto makes every second time.
 *
 * @param signature `r` and `s`
 */
function withLowS(signature: Uint8Array): Uint8Array {
  const s = BigInt(`0x${bytesToHex(signature.subarray(SIZE))}`);
  if (s <= ORDER / 2n) return signature;
  const other = hexToBytes((ORDER - s).toString(16).padStart(2 * SIZE, '0'));
  return Uint8Array.of(...signature.subarray(0, SIZE), ...other);
}

/** The content of a token, as the token says it. None of it is verified, except for `isGenuine`. */
export interface InspectedToken {
  readonly bytes: number;
  /** The CBOR tags before the message, the outer one first. */
  readonly tags: readonly number[];
  /** `alg` of the protected header: 5 HS256, −7 ES256, −37 PS256. */
  readonly algorithm: number;
  /** `kid`. */
  readonly keyId: string | undefined;
  readonly isKeyIdProtected: boolean;
  /** The claims in the order of the token; `undefined` for a payload that is not a map of claims. */
  readonly claims: readonly InspectedClaim[] | undefined;
  /** Whether one of the given keys has made the token; `undefined` without keys, and for an unknown algorithm. */
  readonly isGenuine: boolean | undefined;
}

/** A claim as it stands in a token. */
export interface InspectedClaim {
  readonly label: number | string;
  /** The name in the registry, or the number of the label; a fixed phrase for an unknown label that is text. */
  readonly name: string;
  /** Maps are `Map`, bytes `Uint8Array`, tagged values `Tagged` of `cborg`. */
  readonly value: unknown;
}

/**
 * Reads a Common Access Token for people: headers and claims, whether or not the token is valid.
 *
 * @param keys keys that show whether the token is genuine; if the token names no key, give one key, with any id
 * @returns `undefined` for a text that is not such a token
 * @throws `ERR_OPTIONS` for keys that do not fit the token's algorithm
 */
export async function inspectCommonAccessToken(
  token: string,
  keys: readonly CatKey[] = [],
): Promise<InspectedToken | undefined> {
  if (typeof (token as unknown) !== 'string') throw optionsError('token', 'Give a token as text.', token);
  const message = readToken(token);
  if (!message) return undefined;
  const { tags, algorithm, keyId, isKeyIdProtected, payload } = message;
  const known = (Object.keys(coseAlgorithms) as CatAlgorithm[]).find(
    (name) => coseAlgorithms[name].number === algorithm,
  );
  const claims = readClaims(payload);
  return {
    bytes: Math.floor(token.length * 0.75),
    tags,
    algorithm,
    keyId,
    isKeyIdProtected,
    claims: claims && [...claims].map(([label, value]) => ({ label, name: claimName(label), value })),
    isGenuine: known && keys.length > 0 ? await isGenuine(message, coseKeys(keys, known, 'cwt'), known) : undefined,
  };
}
