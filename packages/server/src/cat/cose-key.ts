import { asymmetricKey } from '../crypto/asymmetric-key.ts';
import type { Jwk } from '../crypto/asymmetric-key.ts';
import { decodeBase64 } from '../crypto/base64-keys.ts';
import { base64Bytes, base64url } from '../crypto/base64url.ts';
import { equalInConstantTime } from '../crypto/equal-in-constant-time.ts';
import { hmac, sha256 } from '../crypto/hash.ts';
import { hexKeys } from '../crypto/hex-keys.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { messageFront, signedBytes, signedBytesOf, writeMessage } from './cose-message.ts';
import type { CoseKind, CoseMessage, TagStyle } from './cose-message.ts';
import { withLowS } from './low-s.ts';

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
export const coseAlgorithms: Readonly<Record<CatAlgorithm, { readonly number: number; readonly kind: CoseKind }>> = {
  HS256: { number: 5, kind: 'mac' },
  ES256: { number: -7, kind: 'sign' },
  PS256: { number: -37, kind: 'sign' },
};

const parameters = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 },
} as const;

export interface CoseKey {
  readonly id: string;
  /** Whether the key only verifies. */
  readonly isPublic: boolean;
  /** Returns the token with these claims. */
  readonly seal: (payload: Uint8Array) => Promise<string> | string;
  readonly isGenuine: (message: CoseMessage) => Promise<boolean> | boolean;
}

interface SignatureMaker {
  readonly isPublic: boolean;
  readonly sign: (message: Uint8Array) => Promise<Uint8Array> | Uint8Array;
  readonly isGenuine: (message: Uint8Array, signature: Uint8Array) => Promise<boolean> | boolean;
}

/** @throws `ERR_OPTIONS` for an empty list, and for a value that is not a key of the algorithm */
export function coseKeys(keys: readonly CatKey[], algorithm: CatAlgorithm, style: TagStyle): readonly CoseKey[] {
  if (!Object.hasOwn(coseAlgorithms, algorithm))
    throw optionsError('algorithm', "This is unknown. Give 'HS256', 'ES256' or 'PS256'.");
  if (keys.length === 0) throw optionsError('keys', 'Give at least one key. The first one signs.', keys);
  return keys.map((each) => coseKey(each, algorithm, style));
}

function coseKey(given: CatKey, algorithm: CatAlgorithm, style: TagStyle): CoseKey {
  checkNames(given, { id: true, key: true }, 'keys');
  const { id, key } = given;
  if (typeof (id as unknown) !== 'string') throw optionsError('keys', 'Give each key its id as text.', id);
  const { number, kind } = coseAlgorithms[algorithm];
  const maker = algorithm === 'HS256' ? macKey(key) : asymmetricKey(key, parameters[algorithm], algorithm);
  const { front, signed } = messageFront(kind, number, id, style);
  const written = (payload: Uint8Array, signature: Uint8Array): string =>
    base64url(writeMessage(front, payload, algorithm === 'ES256' ? withLowS(signature) : signature));
  return {
    id,
    isPublic: maker.isPublic,
    seal: (payload) => {
      const signature = maker.sign(signedBytes(signed, payload));
      if (signature instanceof Uint8Array) return written(payload, signature);
      return signature.then((found) => written(payload, found));
    },
    isGenuine: (message) => maker.isGenuine(signedBytesOf(message, kind), message.signature),
  };
}

function macKey(key: string | Jwk): SignatureMaker {
  const bytes = (isSecret(key) ? decodeBase64(key.k) : hexKeys({ key })[0])!;
  const macOf = (message: Uint8Array): string => hmac(sha256, bytes, message, 'base64url');
  return {
    isPublic: false,
    sign: (message) => base64Bytes(macOf(message))!,
    isGenuine: (message, mac) => equalInConstantTime(macOf(message), base64url(mac)),
  };
}

/** Tells whether a key is a shared key as a JWK (RFC 7518 section 6.4). */
function isSecret(key: string | Jwk | null): key is Jwk {
  if (typeof key !== 'object' || key === null) return false;
  return key.kty === 'oct' && key.k !== '' && decodeBase64(key.k) !== undefined;
}

/**
 * Tells whether any of `keys` has made a message. Before that, compares its `alg` and its tag with the configuration.
 */
export async function isGenuine(
  message: CoseMessage,
  keys: readonly CoseKey[],
  algorithm: CatAlgorithm,
): Promise<boolean> {
  const { number, kind } = coseAlgorithms[algorithm];
  if (message.algorithm !== number || (message.kind !== undefined && message.kind !== kind)) return false;
  // A token without a key id may be of the only key.
  const asked = message.keyId === undefined && keys.length === 1 ? keys : keys.filter(({ id }) => id === message.keyId);
  for (const key of asked) if (await key.isGenuine(message)) return true;
  return false;
}
