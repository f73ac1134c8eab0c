import { refused } from '../token/verdict.ts';
import type { RefusedVerdict } from '../token/verdict.ts';
import type { JwtClaims } from './jwt-signer.ts';
import { readContainer } from './uri-container.ts';
import type { UriContainer } from './uri-container.ts';

/** The facts with which the claims of a signed JWT are compared. */
interface Asked {
  /** The URI without the token. */
  readonly uri: string;
  readonly issuer: readonly string[] | undefined;
  readonly audience: readonly string[] | undefined;
}

const refusedFor = (reason: 'malformed' | 'signature', claim: string, detail: string): RefusedVerdict => ({
  ...refused[reason],
  claim,
  detail,
});

/**
 * Judges all claims of RFC 9246 except the times of a token. A claim that restricts a token and cannot be judged here
 * is `malformed`, as section 2.1 demands; a claim that is not met is `signature`. `sub` and `iat` restrict nothing, and
 * neither do claims that the RFC does not define and `cdnicrit` does not name.
 */
export function judgeUriSigning(claims: JwtClaims, { uri, issuer, audience }: Asked): UriContainer | RefusedVerdict {
  if (claims.cdniv !== undefined && claims.cdniv !== 1) return refusedFor('malformed', 'cdniv', 'the version is not 1');
  const unjudged = Object.keys(unjudgedClaims).find((name) => claims[name] !== undefined);
  if (unjudged !== undefined) return refusedFor('malformed', unjudged, unjudgedClaims[unjudged]!);
  const renewal = renewalProblem(claims);
  if (renewal) return renewal;
  const party = partyProblem('iss', claims.iss, issuer) ?? partyProblem('aud', claims.aud, audience);
  if (party) return party;
  const container = readContainer(claims.cdniuc);
  if (typeof container === 'string') return refusedFor('malformed', 'cdniuc', container);
  return container.opens(uri) ? container : refusedFor('signature', 'cdniuc', 'it does not open this URI');
}

const unjudgedClaims: Readonly<Record<string, string>> = {
  cdnicrit: 'it names extensions, and this package knows none',
  cdniip: 'this package does not decrypt the address of the client',
  jti: 'this package does not store the ids of tokens for one use',
};

/** Judges the claims of sections 2.1.12 to 2.1.14, which a CDN needs to renew the token. */
function renewalProblem({ cdnistt, cdniets, cdnistd }: JwtClaims): RefusedVerdict | undefined {
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
  if (cdnistt !== undefined && !isCount(cdnistt)) return refusedFor('malformed', 'cdnistt', 'it is not a whole number');
  if (cdnistd !== undefined && !isCount(cdnistd)) return refusedFor('malformed', 'cdnistd', 'it is not a whole number');
  const needsTime = cdnistt !== undefined || cdniets !== undefined;
  if (needsTime && typeof cdniets !== 'number')
    return refusedFor('malformed', 'cdniets', 'the token has no number of seconds for its renewal');
  return undefined;
}

/**
 * Judges `iss` or `aud`: a token that has the claim is refused if the option is not configured, and a token that lacks
 * it is refused if the option is.
 */
function partyProblem(
  name: 'iss' | 'aud',
  claim: unknown,
  known: readonly string[] | undefined,
): RefusedVerdict | undefined {
  if (claim === undefined) return known && refusedFor('signature', name, 'there is none');
  if (!known)
    return refusedFor('malformed', name, `give the option \`${name === 'iss' ? 'issuer' : 'audience'}\` to check it`);
  const named: readonly unknown[] = name === 'aud' ? [claim].flat() : [claim];
  return named.some((each) => known.includes(each as string))
    ? undefined
    : refusedFor('signature', name, 'it is not one of the accepted values');
}
