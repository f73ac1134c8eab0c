import { decodeBase64 } from '../crypto/base64-keys.ts';
import { base64url } from '../crypto/base64url.ts';
import { readCbor } from './cbor.ts';
import type { CborClaims } from './cbor.ts';
import { isGenuine } from './cose-key.ts';
import type { CatAlgorithm, CoseKey } from './cose-key.ts';
import { readMessage } from './cose-message.ts';
import type { CoseMessage } from './cose-message.ts';

/** Reads a token in its one spelling, base64url without padding; returns `undefined` for any other text. */
export function messageIn(token: string): CoseMessage | undefined {
  const bytes = decodeBase64(token);
  return bytes && base64url(bytes) === token ? readMessage(bytes) : undefined;
}

/** Reads the claims of a payload whose labels are all numbers or texts; returns `undefined` for anything else. */
export function claimsIn(payload: Uint8Array): CborClaims | undefined {
  const claims = readCbor(payload);
  const isLabel = (each: unknown): boolean => typeof each === 'number' || typeof each === 'string';
  return claims instanceof Map && [...claims.keys()].every(isLabel) ? (claims as CborClaims) : undefined;
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
  const message = messageIn(token);
  if (!message) return 'malformed';
  if (!(await isGenuine(message, keys, algorithm))) return 'signature';
  return claimsIn(message.payload) ?? 'malformed';
}
