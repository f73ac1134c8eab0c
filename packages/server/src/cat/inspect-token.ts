import { optionsError } from '../errors/options-error.ts';
import { coseAlgorithms, coseKeys, isGenuine } from './cose-key.ts';
import type { CatAlgorithm, CatKey } from './cose-key.ts';
import { claimName } from './labels.ts';
import { claimsIn, messageIn } from './open-token.ts';

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
