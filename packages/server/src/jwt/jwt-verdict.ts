import { refused } from '../token/verdict.ts';
import type { RefusedVerdict } from '../token/verdict.ts';
import type { JwtClaims } from './jwt-signer.ts';

/**
 * Returns the refusal if the claims do not open the request. A JWT ends at the second of its `exp` (RFC 7519 section
 * 4.1.4).
 */
export function refusedClaims(
  claims: JwtClaims,
  expected: Readonly<Record<string, unknown>>,
  { now, maxTtl }: { now: number; maxTtl: number },
): RefusedVerdict | undefined {
  if (claims.exp > now + maxTtl || (claims.nbf ?? 0) > now) return refused.malformed;
  const opens = Object.entries(expected).every(([name, value]) => isSame(claims[name], value));
  if (!opens) return refused.signature;
  return claims.exp <= now ? refused.expired : undefined;
}

/** Refuses a token for another audience: it has an `aud`, and no audience is expected (RFC 7519 section 4.1.3). */
export const refusedAudience = (
  { aud }: JwtClaims,
  expected: Readonly<Record<string, unknown>>,
): RefusedVerdict | undefined =>
  aud !== undefined && !Object.hasOwn(expected, 'aud')
    ? { ...refused.malformed, claim: 'aud', detail: 'no audience is expected' }
    : undefined;

/**
 * Claims that restrict no request beyond what was judged: a token without them opens no more. `kid` is a claim of Mux.
 */
const plainClaims = ['exp', 'nbf', 'iat', 'iss', 'jti', 'kid'];

/**
 * Tells whether a token has claims that a token for `expected` would not have, and that other verifiers may judge, such
 * as an address.
 */
export const hasFurtherClaims = (claims: JwtClaims, expected: Readonly<Record<string, unknown>>): boolean =>
  Object.keys(claims).some((name) => !Object.hasOwn(expected, name) && !plainClaims.includes(name));

/** Returns the refusal of a claim that restricts a token in a way that only its CDN can judge. */
export function refusedUnjudged(claim: string): RefusedVerdict {
  return { ...refused.malformed, claim, detail: 'nobody here judges it' };
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
