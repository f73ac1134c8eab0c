import type { SecretOptions } from '../../crypto/secret-list.ts';
import { checkNames } from '../../errors/check-names.ts';
import { optionsError } from '../../errors/options-error.ts';
import { isOwnValue } from './bunny-params.ts';

export type BunnyOptions = SecretOptions & {
  /** Version 3 is HMAC (`HS256-`), the format since April 2026; version 2 is the SHA-256 before it. @default 3 */
  version?: 2 | 3;
  /** The place of the token: before the path, where HLS inherits it, or in the query. @default 'path' */
  carrier?: 'path' | 'query';
  /**
   * Whether a token opens only the requested URL. In the path, such tokens are for links and not for players.
   * @default false: its folder
   */
  exact?: boolean;
  /** The number of folders from the root to the folder that a token opens, with all below. @default all */
  depth?: number;
  /** The one folder that every token opens, such as `/vod/`. Without its last slash, Bunny opens `/vodka` too. */
  tokenPath?: string;
  /**
   * In the query: parameters that are added later (CMCD, low-latency HLS) are not signed.
   * @default false
   */
  ignoreParams?: boolean;
  /**
   * Binds the token to a client address; in version 3, IPv6 addresses count with their first 64 bits. See
   * `SecureLinkOptions`. Bunny does not sign whether a token is bound: use each secret (pull zone) either with
   * addresses or without.
   */
  ip?: string;
  /**
   * Countries (ISO 3166-1 alpha-2, upper case) that may use the token, such as `['CA', 'US']`. The countries of
   * `countriesBlocked` may not.
   */
  countries?: readonly string[];
  countriesBlocked?: readonly string[];
  /** Speed limit in kB/s, less than a billion. */
  limit?: number;
  /**
   * For `verify`: the client's country, such as `DE` or `DE-BY`. Without it, and for a text that is not a country,
   * `verify` refuses tokens that name countries. `XX` and `ZZ` mean that the country is unknown: `verify` refuses
   * tokens that block countries.
   */
  country?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
};

/** @throws `ERR_OPTIONS` for an unknown option */
export function checkBunnyNames(options: BunnyOptions): void {
  checkNames(options, {
    secret: true,
    secrets: true,
    version: true,
    carrier: true,
    exact: true,
    depth: true,
    tokenPath: true,
    ignoreParams: true,
    ip: true,
    countries: true,
    countriesBlocked: true,
    limit: true,
    country: true,
    maxTtl: true,
  });
}

/** Returns the parameters that follow from the options. @throws `ERR_OPTIONS` */
export function ownParams({ limit, countries, countriesBlocked, ignoreParams }: BunnyOptions): Record<string, string> {
  const own: Record<string, string> = {
    ...(limit !== undefined && { limit: String(limit) }),
    ...(countries && { token_countries: countries.join(',') }),
    ...(countriesBlocked && { token_countries_blocked: countriesBlocked.join(',') }),
    ...(ignoreParams && { token_ignore_params: 'true' }),
  };
  if (limit !== undefined && (typeof (limit as unknown) !== 'number' || !isOwnValue('limit', own.limit!))) {
    throw optionsError('limit', 'Give kB/s, a whole number from 1 to 999999999.', limit);
  }
  for (const [option, name] of [
    ['countries', 'token_countries'],
    ['countriesBlocked', 'token_countries_blocked'],
  ] as const) {
    if (own[name] !== undefined && !isOwnValue(name, own[name])) {
      throw optionsError(
        option,
        'This is empty, or has something else than country codes. Give codes of two upper-case letters, such as BR.',
      );
    }
  }
  return own;
}
