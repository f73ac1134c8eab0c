import { equalInConstantTime } from '../crypto/hash.ts';
import { secretList } from '../crypto/secret-list.ts';
import type { SecretOptions } from '../crypto/secret-list.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { runsIntoExpiry } from '../format-parts/address-after-expiry.ts';
import { withAskedSecret } from '../format-parts/asked-secret.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { writeExpiry } from '../format-parts/expiry.ts';
import { checkFolderCount, folderOf } from '../format-parts/folders.ts';
import { ipBytes } from '../format-parts/ip-bytes.ts';
import { judging } from '../format-parts/judging.ts';
import { folderHolding, folderScope, pathScope, urlScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import type { SignedToken, VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import { canonicalPath, encodePath } from '../url/canonical-path.ts';
import { parsedUrl } from '../url/judged-url.ts';
import { bunnyHash, bunnyToken, isOwnValue, readBunnyParams, runsIntoParams } from './bunny-token.ts';
import type { BunnyParams } from './bunny-token.ts';

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
function checkBunnyNames(options: BunnyOptions): void {
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
function ownParams({ limit, countries, countriesBlocked, ignoreParams }: BunnyOptions): Record<string, string> {
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

/**
 * Signs and verifies URLs with Bunny token authentication, as `BunnyWay/BunnyCDN.TokenAuthentication` signs them.
 * `secret` is the pull zone's "URL Token Authentication Key"; switch on "Token Authentication" and, for `ip`, "Token IP
 * Validation".
 *
 * Bunny sorts and decodes the parameters of the query, and puts nothing between path, expiry, address and parameters.
 * So a signed query (`carrier: 'query'` with `exact`) must be written as `encodeURIComponent` writes it, without empty
 * values, and without `&` and `=` in names and values. Its parameters may come in any order.
 *
 * @throws `ERR_OPTIONS`; from `sign` also for a query in another form, and for a path with ten digits and `&` or `=`
 *   after them
 */
export function bunny(options: BunnyOptions): VerifyingTokenFormat {
  checkBunnyNames(options);
  const asked = withAskedSecret(options, bunny);
  if (asked) return asked;
  const secrets = secretList(options);
  const { version = 3, carrier = 'path', exact = false, depth = Infinity, ignoreParams = false } = options;
  const { tokenPath, ip, country, maxTtl = 86_400 } = options;
  checkTimes({ maxTtl });
  checkFolderCount(depth);
  if (ip !== undefined) ipBytes(ip);
  if (version !== 3 && (version as unknown) !== 2) throw optionsError('version', 'Give 3 or 2.', version);
  if (!['path', 'query'].includes(carrier)) throw optionsError('carrier', "This is unknown. Give 'path' or 'query'.");
  if (ignoreParams && carrier === 'path')
    throw optionsError('ignoreParams', "It has no effect with carrier 'path'. Give carrier 'query', or leave it out.");
  // Bunny's signers decoded the path before version 3.
  const pathForm = version === 2 ? 'decoded' : 'raw';
  if (tokenPath !== undefined && (exact || !isTokenPath(tokenPath, pathForm))) {
    throw optionsError(
      'tokenPath',
      'This is not a path, or `exact` is given too. Give a path such as /vod/, without `exact`.',
    );
  }
  const own = ownParams(options);
  const hashes = secrets.map((secret) => bunnyHash(secret, { version, ip }));
  const token = bunnyToken(carrier);
  const signsQuery = carrier === 'query' && !ignoreParams;

  /** Tells whether the text could be read with another expiry and address: in version 2, the address is text. */
  const isAmbiguous = (path: string, expires: string): boolean =>
    version === 2 && ip !== undefined && runsIntoExpiry(path, expires, ip, maxTtl);
  /** Tells whether these parameters belong to a token of the configured kind. */
  const areOurs = ({ folder, foreign }: BunnyParams): boolean => {
    const isKind = (folder === undefined) === exact && (folder?.endsWith('/') !== false || folder === tokenPath);
    // The token of a folder cannot know the query. An IPv6 address as text would run into the name of a parameter.
    return isKind && (foreign.size === 0 || (exact && signsQuery && !(version === 2 && ip?.includes(':'))));
  };
  /**
   * Returns the content and the scope of a token for `url`.
   *
   * @throws `ERR_OPTIONS` for a URL that the format does not sign
   */
  const openedBy = (url: URL): BunnyOpened => {
    const path = pathToSign(url, pathForm);
    const folder = exact ? undefined : (tokenPath ?? folderOf(path, depth));
    const carried = { ...own, ...(folder !== undefined && { token_path: folder }) };
    const search = token.searchOf(url, Object.keys(carried));
    if (runsIntoParams(path))
      throw optionsError(
        'url',
        'The path has ten digits before `&` or `=`, which could be read as an expiry. Rename the file or folder.',
      );
    if (folder !== undefined && !path.startsWith(withSlash(folder))) {
      throw optionsError('url', 'The URL is not below `tokenPath`. Give one below it, or change `tokenPath`.');
    }
    const asked = signsQuery ? search.slice(1) : '';
    const params = readBunnyParams([asked, String(new URLSearchParams(carried))].filter(Boolean).join('&'), false);
    if (!params || !areOurs(params)) {
      throw optionsError(
        'url',
        exact
          ? 'Bunny signs the query. Write it as encodeURIComponent does, without empty values, or use ignoreParams.'
          : 'Bunny signs the query, which the token of a folder cannot know. Use ignoreParams.',
      );
    }
    return { path, search, folder, params, carried };
  };

  return {
    name: 'bunny',
    scope: exact ? 'url' : 'prefix',
    maxTtl,
    ...(token.bare && { bare: token.bare }),
    ...(token.parameters && { parameters: token.parameters }),

    opens(url) {
      const { search, params } = openedBy(url);
      if (tokenPath !== undefined) return folderScope(url, encodePath(folderHolding(tokenPath), pathForm));
      if (!exact) return folderScope(url, folderOf(url.pathname, depth));
      // The parameters are sorted before they are hashed, so a token opens every order of them.
      return signsQuery && params.foreign.size < 2 ? urlScope(url, search) : pathScope(url);
    },

    sign(url, expires): SignedToken {
      const { path, search, folder, params, carried } = openedBy(url);
      if (isAmbiguous(folder ?? path, writeExpiry(expires))) {
        throw optionsError(
          'url',
          'With this expiry and address, the path could be read in another way. Choose another expiry.',
        );
      }
      const message = { path: folder ?? path, expires: writeExpiry(expires), params: params.signed };
      const hash = hashes[0]!(message);
      const alone = { url: url.origin + url.pathname + search + url.hash, ...(!signsQuery && { anyQuery: true }) };
      const below =
        tokenPath === undefined ? folderOf(url.pathname, depth) : encodePath(withSlash(tokenPath), pathForm);
      const opened = exact ? alone : { prefix: url.origin + below };
      return token.carry({ hash, params: carried, expires, origin: url.origin, opened });
    },

    verify: judging(({ url }, now) => {
      const found = token.read(url);
      if (typeof found === 'string') return refused[found];
      const { hash, expires: written, query, pathname, search } = found;
      const expires = Number(written);
      const path = canonicalPath(pathname, pathForm);
      const params = readBunnyParams(query, carrier === 'path');
      if (path === undefined || runsIntoParams(path) || !params || !areOurs(params)) return refused.malformed;
      if (expires > now + maxTtl) return refused.malformed;
      const { folder } = params;
      if (isAmbiguous(folder ?? path, written)) return refused.malformed;
      const message = { path: folder ?? path, expires: written, params: params.signed };
      let genuine = 0;
      for (const hashOf of hashes) genuine |= Number(equalInConstantTime(hashOf(message), hash));
      const inFolder = folder === undefined || path === folder || path.startsWith(withSlash(folder));
      if (!genuine || !inFolder || !isFromCountry(country, params)) return refused.signature;
      if (expires < now) return refused.expired;
      const conditional =
        params.countries !== own.token_countries ||
        params.countriesBlocked !== own.token_countries_blocked ||
        params.limit !== own.limit;
      return { ok: true, expires, url: url.origin + encodePath(path, pathForm) + search, conditional };
    }),
  };
}

interface BunnyOpened {
  readonly path: string;
  readonly search: string;
  readonly folder: string | undefined;
  readonly params: BunnyParams;
  /** The parameters of the token other than its hash and expiry. */
  readonly carried: Readonly<Record<string, string>>;
}

function isTokenPath(tokenPath: unknown, form: 'decoded' | 'raw'): boolean {
  if (typeof tokenPath !== 'string' || !isOwnValue('token_path', tokenPath)) return false;
  const written = encodePath(tokenPath, form);
  const base = 'https://host';
  if (parsedUrl(written, base)?.href !== base + written) return false;
  return canonicalPath(written, form) !== undefined;
}

/**
 * Tells whether the token admits a client of this country. A client from an unknown country is not from a country that
 * the token names, and may be from one that the token blocks.
 */
function isFromCountry(country: string | undefined, { countries, countriesBlocked }: BunnyParams): boolean {
  if (countries === undefined && countriesBlocked === undefined) return true;
  const code = countryCode(country);
  if (code === undefined || (countries !== undefined && !countries.split(',').includes(code))) return false;
  return countriesBlocked === undefined || ![...unknownCountries, ...countriesBlocked.split(',')].includes(code);
}

/** The codes that platforms report for a client whose country they do not know. */
const unknownCountries = ['XX', 'ZZ'];

/** Returns `DE` for `de` and for its part `DE-BY`; `undefined` for a text that is not a code. */
const countryCode = (country: string | undefined): string | undefined =>
  /^([A-Z]{2})(?:-[A-Z\d]{1,3})?$/.exec(country?.toUpperCase() ?? '')?.[1];

function withSlash(folder: string): string {
  return folder.endsWith('/') ? folder : `${folder}/`;
}
