import { optionsError } from '../errors/options-error.ts';
import { isPlainObject } from '../errors/hooks.ts';
import { refused } from '../token/verdict.ts';
import type { RefusedVerdict } from '../token/verdict.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Claims in which the times are whole unix seconds. */
export type JwtClaims = Claims & { readonly exp: number; readonly nbf?: number };

/**
 * Checks the claims of the options. They are signed and compared as `JSON.stringify` writes them. JSON leaves some values
 * out, and writes `null`, `{}` or `[]` for others: a token without such a claim, or with an empty one, would open all
 * URLs whose claims differ in it alone. So what JSON loses or changes is refused.
 *
 * @param option the option that the claims come from
 * @param own names of the claims that the format makes itself
 * @throws `ERR_OPTIONS` about `url` if a function for the claims returns `undefined` or `NaN` as a claim: the app does
 *   not sign this URL. `ERR_OPTIONS` about `option` for any other value that JSON loses or changes, for a claim of
 *   `own`, and for an `nbf` that is not in whole unix seconds, with which every edge would refuse the token
 */
export function checkedClaims(option: 'claims' | 'params', claims: unknown, own: readonly string[]): Claims {
  if (!isPlainObject(claims)) throw optionsError(option, 'Give a plain object of claims.', claims);
  if (option === 'claims' && Object.values(claims).some((value) => value === undefined || Number.isNaN(value)))
    throw optionsError('url', 'A claim is undefined or NaN. If the URL is not signed, return no claims for it.');
  if (!isJson(claims))
    throw optionsError(
      option,
      'JSON loses or changes a part of the claims. Give text, finite numbers, true, false, null, plain objects and ' +
        'lists of such values, without hidden members; write dates as text or as numbers.',
    );
  const taken = own.find((name) => Object.hasOwn(claims, name));
  if (taken !== undefined) throw optionsError(option, `\`${taken}\` is made by the format itself. Leave it out.`);
  if (claims.nbf !== undefined && !Number.isSafeInteger(claims.nbf))
    throw optionsError(option, '`nbf` is no time in whole unix seconds. Give one, as a number.');
  return { ...claims };
}

/** Whether JSON writes all of a value. The keys of a list are its places and `length`; gaps are read as `undefined`. */
function isJson(value: unknown): boolean {
  if (Array.isArray(value))
    return Reflect.ownKeys(value).length === value.length + 1 && Array.from(value).every(isJson);
  if (isPlainObject(value))
    return Reflect.ownKeys(value).length === Object.keys(value).length && Object.values(value).every(isJson);
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
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
  if (Object.keys(expected).some((name) => JSON.stringify(claims[name]) !== JSON.stringify(expected[name])))
    return refused.signature;
  return claims.exp <= now ? refused.expired : undefined;
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
