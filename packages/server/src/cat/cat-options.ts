import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import type { ValueCarrierOptions } from '../format-parts/carriers.ts';
import type { CatAlgorithm, CatKey } from './cat-key.ts';
import type { CborClaims, TagStyle } from './cose.ts';
import type { TokenUse } from './judge-claims.ts';
import { readRenewalOptions } from './renewal.ts';
import type { CatRenewal } from './renewal.ts';
import type { UriConditions } from './uri-conditions.ts';

/** A variant of the standard, in which tokens are written. */
export type CatProfile = 'cta' | 'akamai' | 'cloudfront';

interface Profile {
  /** Name of the query parameter. */
  readonly query: string;
  /** Name of the header and of the cookie, also of those that carry a renewed token. */
  readonly header: string;
  readonly tags: TagStyle;
  /** Whether claims 401 to 404 are written and read, in tokens of 1,024 bytes at most. */
  readonly isAws: boolean;
}

/**
 * Names, tags and numbers that the libraries of these CDNs expect. The standard itself is for sale, and we have not
 * read it. `cta` follows node-cat 0.16 and Fastly's crate 0.3, `akamai` the CAT module 1.0.2 for EdgeWorkers with its
 * defaults, `cloudfront` the documentation of `cf.cwt` of CloudFront Functions and AWS's reference (November 2026).
 */
const profiles: Readonly<Record<CatProfile, Profile>> = {
  cta: { query: 'cat', header: 'CTA-Common-Access-Token', tags: 'cwt', isAws: false },
  akamai: { query: 'CAT', header: 'Common-Access-Token', tags: 'cose', isAws: false },
  cloudfront: { query: 'CAT', header: 'CTA-Common-Access-Token', tags: 'long', isAws: true },
};

export interface CommonAccessTokenOptions extends ValueCarrierOptions {
  /**
   * Keys with their ids; the first key signs, all keys verify. If there is one key alone, a token may have no key id.
   */
  keys: readonly CatKey[];
  /** @default 'HS256' */
  algorithm?: CatAlgorithm;
  /**
   * The CDN in whose variant of the standard tokens are written: names, tags, numbers of claims. `cloudfront` also
   * reads the claims 401 to 404 of AWS's documentation, which the other profiles refuse.
   * @default 'cta'
   */
  profile?: CatProfile;
  /** `iss`: written into tokens, and demanded by `verify`. */
  issuer?: string;
  /**
   * `aud`: written into tokens, and `verify` demands one of these. Without it, `verify` refuses tokens that name an
   * audience.
   */
  audience?: string | readonly string[];
  /** Whether a token opens only the requested path. @default false: its folder and all below */
  exact?: boolean;
  /** The number of folders from the root to the folder that a token opens. @default all */
  depth?: number;
  /**
   * Your own `catu` for every token, or `'any'` for no `catu`. Without an exact host in it, a token opens what it names
   * on every host with the same keys, while `opens` names the requested host: name the host (part 1) to bind the token
   * to it.
   */
  uri?: UriConditions | 'any';
  /** CIDR ranges of the clients that may use the token (`catnip`). */
  ipRanges?: readonly string[];
  /** For `verify`: the client's address. Without it, `verify` refuses tokens with ranges. See `SecureLinkOptions`. */
  ip?: string;
  /**
   * For `verify`: the client's country, such as `DE`, or `DE-BY` with its part. Without it, `verify` refuses tokens
   * that name countries (`catgeoiso3166`).
   */
  country?: string;
  /** For `verify`: the protocol of the client's connection, such as `h2`. Without it, `verify` refuses `catalpn`. */
  alpn?: string;
  /**
   * For `verify`: tells whether a token with `catreplay` 1 or 2 may be used (again). `verify` calls it if the token is
   * valid in all other respects. Without it, `verify` refuses such tokens.
   */
  replay?: (use: TokenUse) => boolean | Promise<boolean>;
  /** Writes into tokens how an edge with `renew` renews them (`catr`). @default tokens are not renewed */
  renewal?: CatRenewal;
  /**
   * More claims by number, such as `sub` (2), but none that another option makes. With `cti` (7), tokens carry no
   * session.
   */
  claims?: CborClaims;
  /**
   * @default the name of the profile: for `cta`, `cat` in the query, `CTA-Common-Access-Token` in a header or cookie
   */
  param?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
}

/** The options in the form that the format works with. */
export interface CatSettings extends Omit<GivenOptions, 'profile'> {
  readonly algorithm: CatAlgorithm;
  readonly profile: Profile;
  readonly exact: boolean;
  readonly depth: number;
  readonly renewal: Required<CatRenewal> | undefined;
  readonly param: string;
  readonly maxTtl: number;
}

type GivenOptions = {
  readonly [Name in keyof CommonAccessTokenOptions]: CommonAccessTokenOptions[Name] | undefined;
};

/** Reads the options, except for the carrier and ranges, which other modules check. @throws `ERR_OPTIONS` */
export function catSettings(options: CommonAccessTokenOptions): CatSettings {
  const isText = (value: unknown): boolean => typeof value === 'string';
  const areTexts = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every(isText);
  const read = option.readOptions(options, {
    keys: option.keyEntries,
    algorithm: option.oneOf(['HS256', 'ES256', 'PS256'], 'HS256'),
    profile: option.oneOf(['cta', 'akamai', 'cloudfront'], 'cta'),
    issuer: option.given,
    audience: option.reader((value) => isText(value) || areTexts(value), 'Give a text, or a list of texts.', undefined),
    exact: option.flag(),
    depth: option.folderCount,
    uri: option.reader((value) => value === 'any' || value instanceof Map, "Give a Map, or 'any'.", undefined),
    ipRanges: option.given,
    ip: option.given,
    country: option.matching(/^/, 'This is not a country. Give one such as DE, or DE-BY with its part.', undefined),
    alpn: option.matching(/^/, 'This is not the name of a protocol. Give one such as h2.', undefined),
    replay: option.hook,
    renewal: (renewal) => renewal && readRenewalOptions(renewal),
    claims: option.given,
    ...option.carrier,
    param: option.given,
    maxTtl: option.maxLifetime,
  });
  const { uri, exact, carrier = 'query' } = read;
  const profile = profiles[read.profile];
  if (profile.isAws && read.algorithm !== 'HS256')
    throw optionsError('algorithm', 'CloudFront Functions verify HS256 alone. Leave it out with this profile.');
  if (uri !== undefined && exact) throw optionsError('uri', '`uri` and `exact` are both given. Give one of them.');
  return { ...read, profile, param: read.param ?? (carrier === 'query' ? profile.query : profile.header) };
}
