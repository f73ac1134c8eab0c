import { optionsError } from '../errors/options-error.ts';
import { decodeBase64 } from './base64-keys.ts';
import { signatureCheck } from './signature-check.ts';
import type { SignatureAlgorithm, SignatureCheck } from './signature-check.ts';
import { kept } from './signer.ts';

/** A JSON Web Key (RFC 7517). The type declares only the members that the code reads by name. */
export interface Jwk {
  readonly kty?: string;
  readonly crv?: string;
  readonly d?: string;
  readonly k?: string;
}

/** A key that makes and checks signatures. */
export interface AsymmetricKey {
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

const pkcs8 = /-----BEGIN PRIVATE KEY-----([\sA-Za-z\d+/=]+)-----END PRIVATE KEY-----/;
const spki = /-----BEGIN PUBLIC KEY-----([\sA-Za-z\d+/=]+)-----END PUBLIC KEY-----/;

/**
 * The members of a JWK that are the key itself. The others say what the key is for, which the configuration decides.
 */
const keyMembers: ReadonlySet<string> = new Set(['kty', 'crv', 'x', 'y', 'd', 'n', 'e', 'p', 'q', 'dp', 'dq', 'qi']);

/**
 * Reads a private key, which signs and checks, or a public key, which checks. Reads the text at once, and imports the
 * key at its first use, because WebCrypto imports keys asynchronously.
 *
 * @param key PKCS#8 (`BEGIN PRIVATE KEY`) or SPKI (`BEGIN PUBLIC KEY`) in PEM, or a JWK
 * @param name of the algorithm, for the errors
 * @throws `ERR_OPTIONS` for a value that is not a key
 */
export function asymmetricKey(key: string | Jwk, algorithm: SignatureAlgorithm, name: string): AsymmetricKey {
  const written = readKey(key);
  if (!written)
    throw optionsError(
      'keys',
      'A key cannot be read. Give a JWK, PKCS#8 or SPKI in PEM: openssl pkcs8 -topk8 -nocrypt -in key.pem',
    );
  const { isPublic } = written;
  const imported = kept(async (): Promise<{ readonly key: CryptoKey; readonly check: SignatureCheck }> => {
    const found = await importKey(written, algorithm).catch((): undefined => undefined);
    if (!found || isShort(found))
      throw optionsError('keys', `A key is not one of ${name}. Give an RSA key of at least 2048 bits, or use ES256.`);
    return { key: found, check: await signatureCheck(found, algorithm) };
  });
  const signingKey = async (): Promise<CryptoKey> => {
    const { key: found } = await imported();
    if (isPublic) throw optionsError('keys', 'The first key is a public one, which only verifies. Give a private key.');
    return found;
  };
  return {
    isPublic,
    signingKey,
    sign: async (message) => {
      const { subtle } = globalThis.crypto;
      return new Uint8Array(await subtle.sign(algorithm, await signingKey(), Uint8Array.from(message)));
    },
    isGenuine: async (message, signature) => (await imported()).check(message, signature),
  };
}

interface WrittenKey {
  readonly isPublic: boolean;
  readonly format: 'pkcs8' | 'spki' | 'jwk';
  readonly data: Uint8Array<ArrayBuffer> | JsonWebKey;
}

/**
 * Reads the key in a form that WebCrypto imports. Returns `undefined` for a value that is neither a JWK nor such a PEM.
 */
function readKey(key: unknown): WrittenKey | undefined {
  if (typeof key === 'string') {
    const [isPublic, body] = pkcs8.test(key) ? [false, pkcs8.exec(key)![1]] : [true, spki.exec(key)?.[1]];
    const data = decodeBase64(body?.replace(/\s/g, ''));
    return data && { isPublic, format: isPublic ? 'spki' : 'pkcs8', data: Uint8Array.from(data) };
  }
  if (typeof key !== 'object' || key === null) return undefined;
  const data: JsonWebKey = Object.fromEntries(Object.entries(key).filter(([member]) => keyMembers.has(member)));
  return { isPublic: data.d === undefined, format: 'jwk', data };
}

/** Imports the key as extractable, so that `signatureCheck` can export its public members. */
function importKey({ isPublic, format, data }: WrittenKey, algorithm: SignatureAlgorithm): Promise<CryptoKey> {
  const { subtle } = globalThis.crypto;
  const usages: KeyUsage[] = [isPublic ? 'verify' : 'sign'];
  return format === 'jwk'
    ? subtle.importKey('jwk', data as JsonWebKey, algorithm, true, usages)
    : subtle.importKey(format, data as Uint8Array<ArrayBuffer>, algorithm, true, usages);
}

/** Whether an RSA key is shorter than the 2048 bits that RFC 7518 section 3.3 and RFC 8230 section 6.1 require. */
function isShort({ algorithm }: CryptoKey): boolean {
  return 'modulusLength' in algorithm && Number(algorithm.modulusLength) < 2048;
}
