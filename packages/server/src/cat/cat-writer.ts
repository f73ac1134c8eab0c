import { utf8ToBytes } from '@noble/hashes/utils.js';
import { optionsError } from '../errors/options-error.ts';
import { checkIpRange } from '../format-parts/ip-bytes.ts';
import type { CommonAccessTokenOptions } from './cat-options.ts';
import { writeCbor } from './cbor.ts';
import type { CborClaims } from './cbor.ts';
import { ipClaim } from './claim-judges.ts';
import type { CoseKey } from './cose-key.ts';
import { awsLabel, label } from './labels.ts';
import type { Profile } from './profiles.ts';
import { renewalClaim } from './renewal.ts';
import { hostConditions, toAwsUri, uriConditions } from './uri-conditions.ts';
import type { UriConditions } from './uri-conditions.ts';

/** A writer of the claims that follow from options and URL, with the numbers of a profile. */
export interface CatWriter {
  /** Returns the conditions that open a path alone, or everything that begins with it. */
  readonly conditions: (url: URL, path: string, exact: boolean) => UriConditions;
  /** Returns the token. @throws `ERR_OPTIONS` for a token that is too long for its CDN */
  readonly seal: (conditions: UriConditions | 'any', expires: number, session?: string) => Promise<string> | string;
  /**
   * Tells whether claims restrict from where and how a token is used, in another way than the claims of this writer.
   */
  readonly isOtherwiseLimited: (claims: CborClaims) => boolean;
}

/** @throws `ERR_OPTIONS` for claims that another option makes, and for conditions without a number in the profile */
export function catWriter(
  { issuer, audience, uri, ipRanges, renewal, claims: more = new Map() }: CommonAccessTokenOptions,
  { isAws, maxBytes }: Profile,
  key: CoseKey,
): CatWriter {
  const ranges = ipRanges && (isAws ? ipRanges.map((range) => checkedRange(range)) : ipClaim(ipRanges));
  const numbers = isAws ? awsLabel : label;

  const writtenUri = (conditions: UriConditions): UriConditions => {
    const written = isAws ? toAwsUri(conditions) : conditions;
    if (!written)
      throw optionsError(
        'uri',
        'AWS has numbers for host, path and extension, exact, prefix and suffix. Keep to those.',
      );
    return written;
  };
  const ownClaims = (conditions: UriConditions | 'any', expires: number): CborClaims =>
    new Map<number | string, unknown>([
      ...(issuer === undefined ? [] : ([[label.iss, issuer]] as const)),
      ...(audience === undefined ? [] : ([[label.aud, audience]] as const)),
      [label.exp, expires],
      ...(conditions === 'any' ? [] : ([[numbers.catu, writtenUri(conditions)]] as const)),
      ...(ranges ? ([[numbers.catnip, ranges]] as const) : []),
      ...(renewal ? ([[label.catr, renewalClaim(renewal, expires)]] as const) : []),
    ]);
  const taken = [...ownClaims(uri ?? new Map(), 0).keys(), label.catv].find((each) => more.has(each));
  if (taken !== undefined) throw optionsError('claims', `claim ${taken} comes from another option. Leave it out here.`);
  const ownLimits = limitsOf(new Map([...ownClaims('any', 0), ...more]));

  return {
    conditions: isAws ? hostConditions : uriConditions,
    seal: (conditions, expires, session) => {
      const id = session === undefined ? [] : ([[label.cti, utf8ToBytes(session)]] as const);
      const claims = new Map<number | string, unknown>([...ownClaims(conditions, expires), ...id, ...more]);
      const payload = writeCbor(claims.set(label.catv, 1));
      const checked = (token: string): string => {
        if (token.length * 0.75 > maxBytes)
          throw optionsError('url', `Its token is longer than ${maxBytes} bytes. Give fewer claims, or a shorter URL.`);
        return token;
      };
      const sealed = key.seal(payload);
      return typeof sealed === 'string' ? checked(sealed) : sealed.then(checked);
    },
    isOtherwiseLimited: (claims) => limitsOf(claims) !== ownLimits,
  };
}

/** Claims that say for whom, when and what a token opens. All other claims say from where and how it is used. */
const notLimits: ReadonlySet<unknown> = new Set([
  label.iss,
  label.sub,
  label.exp,
  label.nbf,
  label.iat,
  label.cti,
  label.catv,
  label.catu,
  awsLabel.catu,
  label.catr,
  awsLabel.catr,
  label.grant,
]);

/** Returns the restricting claims as text that can be compared. */
function limitsOf(claims: CborClaims): string {
  const limits = [...claims].filter(([claim]) => !notLimits.has(claim));
  return JSON.stringify(limits.map((limit) => JSON.stringify(limit)).sort());
}

function checkedRange(range: string): string {
  checkIpRange('ipRanges', range);
  return range;
}
