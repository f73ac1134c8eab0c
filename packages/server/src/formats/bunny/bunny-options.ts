import type { SecretOptions } from '../../crypto/secret-list.ts';
import { checkNames } from '../../errors/check-names.ts';
import { optionsError } from '../../errors/options-error.ts';
import { isOwnValue } from './bunny-params.ts';

export type BunnyOptions = SecretOptions & {
  /** 3 is HMAC (`HS256-`), the format since April 2026; 2 is the SHA-256 before it. @default 3 */
  version?: 2 | 3;
  /** In front of the path, where HLS inherits it, or in the query. @default 'path' */
  carrier?: 'path' | 'query';
  /**
   * Opens the URL asked for alone; in the path, that makes links and nothing for players.
   * @default false: its folder
   */
  exact?: boolean;
  /** The number of folders of the path asked for that make the folder that is opened, with all below. @default all */
  depth?: number;
  /** Or the one folder that every token opens, such as `/vod/`; without its last slash, Bunny opens `/vodka` too. */
  tokenPath?: string;
  /**
   * In the query: parameters that are added later (CMCD, low-latency HLS) are not part of what is signed.
   * @default false
   */
  ignoreParams?: boolean;
  /**
   * Binds the token to a client address; IPv6 to its first 64 bits. See `SecureLinkOptions`. Bunny does not sign
   * whether a token is bound: use one secret (pull zone) either with addresses or without.
   */
  ip?: string;
  /** Countries (ISO 3166-1 alpha-2, upper case) that may or may not use the token, such as `['CA', 'US']`. */
  countries?: readonly string[];
  countriesBlocked?: readonly string[];
  /** Speed limit in kB/s, less than a billion. */
  limit?: number;
  /**
   * For `verify`: the client's country, such as `DE` or `DE-BY`; without it, and for text that is none, tokens that
   * name countries are refused. `XX` and `ZZ` mean that nobody knows the country: tokens that block countries are
   * refused.
   */
  country?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
};

/** @throws `ERR_OPTIONS` for an option that is none of them */
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

/** The parameters that the options make. @throws `ERR_OPTIONS` */
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
