import { optionsError } from '../errors/options-error.ts';
import { isPlainObject } from '../errors/check-names.ts';
import { refused } from '../token/verdict.ts';
import type { RefusedVerdict } from '../token/verdict.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Claims in which the times are whole unix seconds. */
export type JwtClaims = Claims & { readonly exp: number; readonly nbf?: number };

/**
 * Returns claims as `JSON.stringify` writes them. These are signed and compared, and nothing else.
 *
 * JSON leaves some values out, and writes `null`, `{}` or `[]` for others. A token without such a claim, or with an
 * empty one, would open all URLs whose claims differ in it alone. So what JSON loses is refused.
 *
 * @param option the option that the claims come from
 * @param own names of the claims that the format makes itself
 * @throws `ERR_OPTIONS` about `url` if a function for the claims returns one without a value: the app does not sign this
 *   URL. `ERR_OPTIONS` about `option` for any other value that JSON loses, for a claim of `own`, and for an `nbf` that
 *   is not in whole unix seconds, with which every edge would refuse the token
 */
export function writtenClaims(option: 'claims' | 'params', claims: unknown, own: readonly string[]): Claims {
  const written = JSON.parse(jsonOf(option, claims)) as Claims;
  if (!isPlainObject(written)) throw optionsError(option, 'Give a plain object of claims.', claims);
  const taken = own.find((name) => Object.hasOwn(written, name));
  if (taken !== undefined) throw optionsError(option, `\`${taken}\` is made by the format itself. Leave it out.`);
  if (written.nbf !== undefined && !Number.isSafeInteger(written.nbf))
    throw optionsError(option, '`nbf` is no time in whole unix seconds. Give one, as a number.');
  return written;
}

function jsonOf(option: 'claims' | 'params', claims: unknown): string {
  /** Sees each value after its `toJSON`; the object around it, `this`, has the value as it was given. */
  function checked(this: Claims, key: string, value: unknown): unknown {
    if (isWhole(value) && (value !== null || this[key] === null)) return value;
    const hasNoValue = value === undefined || value === null || typeof value === 'number';
    if (hasNoValue && key !== '')
      throw optionsError(
        option === 'claims' ? 'url' : option,
        `There is undefined, NaN, Infinity or an invalid date at '${key}'. Give a value. For a URL that is not signed, ` +
          'return undefined instead of the claims.',
      );
    throw optionsError(
      option,
      `JSON loses a part of the value at '${key}'. Give text, numbers, plain objects without hidden members, and lists ` +
        'without gaps or names. Give no promises, and no objects of a class.',
    );
  }
  try {
    return JSON.stringify(claims, checked);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw optionsError(option, 'JSON cannot write the claims. Give an object that does not contain itself.');
  }
}

/** Tells whether JSON writes all that a value has, apart from the values within. */
function isWhole(value: unknown): boolean {
  if (typeof value !== 'object' || value === null)
    return typeof value === 'string' || typeof value === 'boolean' || value === null || Number.isFinite(value);
  if (Array.isArray(value)) {
    // `Array.prototype` of each realm is a list itself, unlike that of a class of lists
    return Array.isArray(Object.getPrototypeOf(value)) && Reflect.ownKeys(value).length === value.length + 1;
  }
  return isPlainObject(value) && Reflect.ownKeys(value).length === Object.keys(value).length;
}

/**
 * Returns the refusal if the claims do not open the request. A JWT ends at the second of its `exp` (RFC 7519 section
 * 4.1.4). A token for another audience is refused: it has an `aud`, and none is expected (section 4.1.3).
 *
 * @param now unix seconds
 * @param unjudged claims that restrict a token in a way that only its CDN can judge
 */
export function refusedClaims(
  claims: JwtClaims,
  expected: Claims,
  { now, maxTtl, unjudged = [] }: { now: number; maxTtl: number; unjudged?: readonly string[] },
): RefusedVerdict | undefined {
  const restricting = unjudged.find((name) => claims[name] !== undefined);
  if (restricting !== undefined) return { ...refused.malformed, claim: restricting, detail: 'nobody here judges it' };
  if (claims.aud !== undefined && !Object.hasOwn(expected, 'aud'))
    return { ...refused.malformed, claim: 'aud', detail: 'no audience is expected' };
  if (claims.exp > now + maxTtl || (claims.nbf ?? 0) > now) return refused.malformed;
  if (!Object.entries(expected).every(([name, value]) => isSame(claims[name], value))) return refused.signature;
  return claims.exp <= now ? refused.expired : undefined;
}

function isSame(sent: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return sent === expected;
  try {
    return JSON.stringify(sent) === JSON.stringify(expected);
  } catch {
    // The value is nested too deeply to be written, so `sign` has not made it.
    return false;
  }
}

/**
 * Claims that restrict no request beyond what was judged: a token without them opens no more. `kid` is a claim of Mux.
 */
const plainClaims = ['exp', 'nbf', 'iat', 'iss', 'jti', 'kid'];

/**
 * Tells whether a token has claims that a token for `expected` would not have, and that other verifiers may judge, such
 * as an address.
 */
export const hasFurtherClaims = (claims: JwtClaims, expected: Claims): boolean =>
  Object.keys(claims).some((name) => !Object.hasOwn(expected, name) && !plainClaims.includes(name));
