import { nodeModule } from './node-module.ts';

/** Tells whether the owner of a key has made `signature` of `message`. */
export type SignatureCheck = (message: Uint8Array, signature: Uint8Array) => Promise<boolean> | boolean;

/** An algorithm as WebCrypto names it. A signature of `ECDSA` is `r‖s`. */
export type SignatureAlgorithm =
  | { readonly name: 'RSASSA-PKCS1-v1_5'; readonly hash: SignatureHash }
  | { readonly name: 'RSA-PSS'; readonly hash: 'SHA-256'; readonly saltLength: 32 }
  | { readonly name: 'ECDSA'; readonly namedCurve: 'P-256'; readonly hash: SignatureHash }
  | { readonly name: 'Ed25519' };

export type SignatureHash = 'SHA-1' | 'SHA-256';

/** The members of a JWK that are public (RFC 7518 section 6, RFC 8037 section 2). */
const publicMembers: ReadonlySet<string> = new Set(['kty', 'crv', 'n', 'e', 'x', 'y']);

/**
 * Creates the check for signatures of a key. If the runtime has `node:crypto`, uses it: it is four times as fast as
 * WebCrypto, which hands each signature to another thread.
 *
 * @param key an extractable key; the signatures of a public key are always checked by WebCrypto
 */
export async function signatureCheck(key: CryptoKey, algorithm: SignatureAlgorithm): Promise<SignatureCheck> {
  const { subtle } = globalThis.crypto;
  const members = Object.entries(await subtle.exportKey('jwk', key));
  const publicJwk: JsonWebKey = Object.fromEntries(members.filter(([name]) => publicMembers.has(name)));
  const native = key.type === 'private' ? nativeCheck(publicJwk, algorithm) : undefined;
  // Some runtimes have these functions, but do not support this key, hash or encoding.
  const sample = new TextEncoder().encode('sample');
  if (native?.(sample, new Uint8Array(await subtle.sign(algorithm, key, sample))))
    return ofWholeLength(native, publicJwk);
  const publicKey = await subtle.importKey('jwk', publicJwk, algorithm, false, ['verify']);
  // Copied into new buffers, as the types of WebCrypto require.
  const check: SignatureCheck = (message, signature) =>
    subtle.verify(algorithm, publicKey, Uint8Array.from(signature), Uint8Array.from(message));
  return ofWholeLength(check, publicJwk);
}

/**
 * Refuses RSA signatures that are not as long as the modulus (RFC 8017, sections 8.1.2 and 8.2.2, step 1). OpenSSL
 * accepts an RSA-PSS signature without its leading zeros, so that one token would have two spellings.
 */
function ofWholeLength(check: SignatureCheck, { n }: JsonWebKey): SignatureCheck {
  if (n === undefined) return check;
  const modulusBytes = Math.floor((n.length * 3) / 4);
  return (message, signature) => signature.length === modulusBytes && check(message, signature);
}

type SignatureCheckAtOnce = (message: Uint8Array, signature: Uint8Array) => boolean;

function nativeCheck(publicJwk: JsonWebKey, algorithm: SignatureAlgorithm): SignatureCheckAtOnce | undefined {
  const { createPublicKey, verify, constants } = nodeModule('node:crypto') ?? {};
  if (!createPublicKey || !verify) return undefined;
  const hash = 'hash' in algorithm ? algorithm.hash.replace('-', '').toLowerCase() : null;
  try {
    const key = createPublicKey({ key: { ...publicJwk }, format: 'jwk' });
    const padding =
      algorithm.name === 'RSA-PSS'
        ? { padding: constants?.RSA_PKCS1_PSS_PADDING, saltLength: algorithm.saltLength }
        : { dsaEncoding: 'ieee-p1363' as const };
    return (message, signature) => {
      try {
        return verify(hash, message, { key, ...padding }, signature);
      } catch {
        // WebCrypto also returns `false` for a signature that it cannot read.
        return false;
      }
    };
  } catch {
    return undefined;
  }
}
