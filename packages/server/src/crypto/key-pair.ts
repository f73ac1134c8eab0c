import { optionsError } from '../errors/options-error.ts';
import { base64Bytes, nodeModule } from './base64url.ts';

/** A JSON Web Key (RFC 7517). The type declares only the members that the code reads by name. */
export interface Jwk {
  readonly kty?: string;
  readonly crv?: string;
  readonly d?: string;
  readonly k?: string;
}

/** A key that makes and checks signatures. A signature of ECDSA is `r‖s`. */
export interface KeyPair {
  /** Whether only the public half is known: such a key checks, and does not sign. */
  readonly isPublic: boolean;
  /**
   * Returns the key of WebCrypto that signs.
   *
   * @throws `ERR_OPTIONS` for a public key, and for a key of another algorithm
   */
  readonly signingKey: () => Promise<CryptoKey>;
  /** @throws as `signingKey` */
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
  /** @throws `ERR_OPTIONS` for a key of another algorithm */
  readonly isGenuine: (message: Uint8Array, signature: Uint8Array) => Promise<boolean>;
}

/** Algorithms as WebCrypto names them: RFC 7518 sections 3.3 to 3.5, RFC 8037; SHA-1 for CloudFront. */
const algorithms = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  RS1: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-1' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 },
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  ES1: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-1' },
  EdDSA: { name: 'Ed25519' },
} as const;

export type KeyAlgorithm = keyof typeof algorithms;

/** PEM (RFC 7468 sections 10 and 13). */
const pem = {
  pkcs8: /-----BEGIN PRIVATE KEY-----([\sA-Za-z\d+/=]+)-----END PRIVATE KEY-----/,
  spki: /-----BEGIN PUBLIC KEY-----([\sA-Za-z\d+/=]+)-----END PUBLIC KEY-----/,
};

/**
 * The members of a JWK that are the public key (RFC 7518 section 6, RFC 8037 section 2), and those of the private one.
 */
const publicMembers: ReadonlySet<string> = new Set(['kty', 'crv', 'n', 'e', 'x', 'y']);
const privateMembers: ReadonlySet<string> = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi']);

/**
 * Reads a private key, which signs and checks, or a public key, which checks. Reads the text at once, and imports the
 * key at its first use, because WebCrypto imports keys asynchronously.
 *
 * @param given PKCS#8 (`BEGIN PRIVATE KEY`) or SPKI (`BEGIN PUBLIC KEY`) in PEM, PKCS#8 as bytes, or a JWK
 * @throws `ERR_OPTIONS` for a value that is not a key
 */
export function keyPair(given: string | Uint8Array | Jwk, algorithm: KeyAlgorithm): KeyPair {
  const written = readKey(given);
  if (!written)
    throw optionsError(
      'keys',
      'A key cannot be read. Give a JWK, PKCS#8 or SPKI in PEM: openssl pkcs8 -topk8 -nocrypt -in key.pem',
    );
  const { isPublic } = written;
  const parameters = algorithms[algorithm];
  let kept: ImportedKey | undefined;
  // Keeps the key, but never its promise: in workerd, a request must not await a promise that another one started.
  const imported = async (): Promise<ImportedKey> => (kept ??= await importKey(written, algorithm));
  const signingKey = async (): Promise<CryptoKey> => {
    const { key } = await imported();
    if (isPublic) throw optionsError('keys', 'The first key is a public one, which only verifies. Give a private key.');
    return key;
  };
  return {
    isPublic,
    signingKey,
    sign: async (message) => {
      const key = await signingKey();
      return new Uint8Array(await globalThis.crypto.subtle.sign(parameters, key, Uint8Array.from(message)));
    },
    isGenuine: async (message, signature) => (kept ?? (await imported())).check(message, signature),
  };
}

interface WrittenKey {
  readonly isPublic: boolean;
  readonly format: 'pkcs8' | 'spki' | 'jwk';
  readonly data: Uint8Array<ArrayBuffer> | JsonWebKey;
}

interface ImportedKey {
  readonly key: CryptoKey;
  readonly check: SignatureCheck;
}

type SignatureCheck = (message: Uint8Array, signature: Uint8Array) => Promise<boolean> | boolean;

/** Reads the key in a form that WebCrypto imports. Returns `undefined` for a value that is not a key. */
function readKey(key: unknown): WrittenKey | undefined {
  if (key instanceof Uint8Array) return { isPublic: false, format: 'pkcs8', data: Uint8Array.from(key) };
  if (typeof key === 'string') {
    const format = pem.pkcs8.test(key) ? 'pkcs8' : 'spki';
    const data = pemBytes(key, format);
    return data && { isPublic: format === 'spki', format, data: Uint8Array.from(data) };
  }
  if (typeof key !== 'object' || key === null) return undefined;
  // The other members say what the key is for, which the configuration decides.
  const members = Object.entries(key).filter(([name]) => publicMembers.has(name) || privateMembers.has(name));
  return { isPublic: !Object.hasOwn(key, 'd'), format: 'jwk', data: Object.fromEntries(members) as JsonWebKey };
}

/** Returns the bytes of a key in PEM; `undefined` for another text. */
export function pemBytes(text: string, format: 'pkcs8' | 'spki'): Uint8Array | undefined {
  return base64Bytes(pem[format].exec(text)?.[1]?.replace(/\s/g, ''));
}

/**
 * Imports a key as extractable, so that its public members can be exported.
 *
 * @throws `ERR_OPTIONS` for a key of another algorithm, and for an RSA key shorter than the 2048 bits that RFC 7518
 *   section 3.3 and RFC 8230 section 6.1 require
 */
async function importKey({ isPublic, format, data }: WrittenKey, algorithm: KeyAlgorithm): Promise<ImportedKey> {
  const usages: KeyUsage[] = [isPublic ? 'verify' : 'sign'];
  const key = await globalThis.crypto.subtle
    .importKey(format as 'pkcs8', data as Uint8Array<ArrayBuffer>, algorithms[algorithm], true, usages)
    .catch((): undefined => undefined);
  if (!key || ('modulusLength' in key.algorithm && Number(key.algorithm.modulusLength) < 2048))
    throw optionsError(
      'keys',
      `A key is not one of ${algorithm}. Give an RSA key of at least 2048 bits, or use ES256.`,
    );
  return { key, check: await signatureCheck(key, algorithm) };
}

/**
 * Creates the check for signatures of a key. If the runtime has `node:crypto`, uses it: it is four times as fast as
 * WebCrypto, which hands each signature to another thread. The signatures of a public key are checked by WebCrypto.
 */
async function signatureCheck(key: CryptoKey, algorithm: KeyAlgorithm): Promise<SignatureCheck> {
  const { subtle } = globalThis.crypto;
  const parameters = algorithms[algorithm];
  const members = Object.entries(await subtle.exportKey('jwk', key));
  const publicJwk: JsonWebKey = Object.fromEntries(members.filter(([name]) => publicMembers.has(name)));
  const { n } = publicJwk;
  // An RSA signature is as long as the modulus (RFC 8017, sections 8.1.2 and 8.2.2, step 1). OpenSSL accepts an RSA-PSS
  // signature without its leading zeros, so that one token would have two spellings.
  const hasLength = (signature: Uint8Array): boolean =>
    n === undefined || signature.length === Math.floor((n.length * 3) / 4);
  const native = key.type === 'private' ? nativeCheck(publicJwk, algorithm) : undefined;
  // Some runtimes have these functions, but do not support this key, hash or encoding.
  const sample = new TextEncoder().encode('sample');
  if (native?.(sample, new Uint8Array(await subtle.sign(parameters, key, sample))))
    return (message, signature) => hasLength(signature) && native(message, signature);
  const publicKey = await subtle.importKey('jwk', publicJwk, parameters, false, ['verify']);
  // Copied into new buffers, as the types of WebCrypto require.
  return (message, signature) =>
    hasLength(signature) && subtle.verify(parameters, publicKey, Uint8Array.from(signature), Uint8Array.from(message));
}

function nativeCheck(
  publicJwk: JsonWebKey,
  algorithm: KeyAlgorithm,
): ((message: Uint8Array, signature: Uint8Array) => boolean) | undefined {
  const { createPublicKey, verify, constants } = nodeModule('node:crypto') ?? {};
  const parameters = algorithms[algorithm];
  const hash = 'hash' in parameters ? parameters.hash.replace('-', '').toLowerCase() : null;
  try {
    const key = createPublicKey!({ key: { ...publicJwk }, format: 'jwk' });
    const padding =
      'saltLength' in parameters
        ? { padding: constants?.RSA_PKCS1_PSS_PADDING, saltLength: parameters.saltLength }
        : { dsaEncoding: 'ieee-p1363' as const };
    return (message, signature) => {
      try {
        return verify!(hash, message, { key, ...padding }, signature);
      } catch {
        // WebCrypto also returns `false` for a signature that it cannot read.
        return false;
      }
    };
  } catch {
    return undefined;
  }
}
