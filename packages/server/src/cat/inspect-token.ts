import { optionsError } from '../errors/options-error.ts';
import { coseAlgorithms, coseKeys, isGenuine } from './cose-key.ts';
import type { CatAlgorithm, CatKey } from './cose-key.ts';
import { claimName } from './labels.ts';
import { claimsIn, messageIn } from './open-token.ts';

/** A token as it says itself what it is: nothing of that is believed. */
export interface InspectedToken {
  readonly bytes: number;
  /** CBOR tags in front of it, the outer one first. */
  readonly tags: readonly number[];
  /** `alg` of the protected header: 5 HS256, −7 ES256, −37 PS256. */
  readonly algorithm: number;
  /** `kid`. */
  readonly keyId: string | undefined;
  readonly isKeyIdProtected: boolean;
  /** In the order of the token; `undefined` for a payload that is no map of claims. */
  readonly claims: readonly InspectedClaim[] | undefined;
  /** Whether one of the given keys has made it; `undefined` without keys, and for an algorithm that is not known. */
  readonly isGenuine: boolean | undefined;
}

/** A claim as it stands in a token. */
export interface InspectedClaim {
  readonly label: number | string;
  /** The name in the registry, or the label itself. */
  readonly name: string;
  /** Maps are `Map`, bytes `Uint8Array`, tagged values `Tagged` of `cborg`. */
  readonly value: unknown;
}

/**
 * Reads a Common Access Token for people: headers and claims, whether or not it would be let through.
 *
 * @param keys to say whether it is genuine; their ids do not matter where the token names none
 * @returns `undefined` for text that is no such token
 * @throws `ERR_OPTIONS` for keys that are not of the token's algorithm
 */
export async function inspectCommonAccessToken(
  token: string,
  keys: readonly CatKey[] = [],
): Promise<InspectedToken | undefined> {
  if (typeof (token as unknown) !== 'string') throw optionsError('token', 'Give a token as text.', token);
  const message = messageIn(token);
  if (!message) return undefined;
  const { tags, algorithm, keyId, isKeyIdProtected, payload } = message;
  const known = (Object.keys(coseAlgorithms) as CatAlgorithm[]).find(
    (name) => coseAlgorithms[name].number === algorithm,
  );
  const claims = claimsIn(payload);
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
