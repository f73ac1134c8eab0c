import type { SecretOptions } from '../crypto/secret-list.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { pathCarrier, queryCarrier } from '../format-parts/carriers.ts';
import type { CarriedTexts } from '../format-parts/carriers.ts';
import { cdnFormat } from '../format-parts/cdn-format.ts';
import { address } from '../format-parts/ip.ts';
import {
  folderHolding,
  folderOf,
  folderScope,
  openedFolder,
  openedUrl,
  pathScope,
} from '../format-parts/opened-scope.ts';
import { readExpiry } from '../format-parts/signing-format.ts';
import { withSecrets } from '../format-parts/with-secrets.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import { tokenQuery } from '../token/token-query.ts';
import { canonicalPath, encodePath } from '../url/canonical-path.ts';
import type { PathForm } from '../url/canonical-path.ts';
import { parsedUrl } from '../url/judged-url.ts';
import { runsIntoExpiry } from './address-border.ts';
import { bunnySigner, isOwnValue, ownNames, ownParams, readBunnyParams, runsIntoParams } from './bunny-params.ts';
import type { BunnyParams } from './bunny-params.ts';

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

const names = ['token', 'expires', ...ownNames];
const hashForm = /^(?:HS256-(?:1-)?)?[\w-]{42}[AEIMQUYcgkosw048]$/;

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
  const {
    version,
    carrier: kind,
    exact,
    depth,
    ignoreParams,
    ip,
    tokenPath,
    country,
    maxTtl,
  } = option.readOptions(options, {
    ...option.secrets,
    version: option.oneOf([3, 2], 3),
    carrier: option.oneOf(['path', 'query'], 'path'),
    exact: option.flag(),
    depth: option.folderCount,
    tokenPath: option.given,
    ignoreParams: option.flag(),
    ip: address,
    countries: option.given,
    countriesBlocked: option.given,
    limit: option.given,
    country: option.given,
    maxTtl: option.maxLifetime,
  });
  if (ignoreParams && kind === 'path')
    throw optionsError('ignoreParams', "It has no effect with carrier 'path'. Give carrier 'query', or leave it out.");
  // Bunny's signers decoded the path before version 3.
  const pathForm = version === 2 ? 'decoded' : 'raw';
  if (tokenPath !== undefined && (exact || !isTokenPath(tokenPath, pathForm)))
    throw optionsError(
      'tokenPath',
      'This is not a path, or `exact` is given too. Give a path such as /vod/, without `exact`.',
    );
  const own = ownParams(options);
  const signsQuery = kind === 'query' && !ignoreParams;
  const written = ['token', 'expires', ...Object.keys(own), ...(exact ? [] : ['token_path'])];

  /** Tells whether the text could be read with another expiry and address: in version 2, the address is text. */
  const isAmbiguous = (path: string, expires: string): boolean =>
    version === 2 && ip !== undefined && runsIntoExpiry(path, expires, ip, maxTtl);
  /** Tells whether these parameters belong to a token of the configured kind. */
  const areOurs = ({ own: { token_path: folder }, foreign }: BunnyParams): boolean => {
    const isKind = (folder === undefined) === exact && (folder?.endsWith('/') !== false || folder === tokenPath);
    // The token of a folder cannot know the query. An IPv6 address as text would run into the name of a parameter.
    return isKind && (foreign.size === 0 || (exact && signsQuery && !(version === 2 && ip?.includes(':'))));
  };
  const make = (secrets: readonly string[]): VerifyingTokenFormat =>
    cdnFormat({
      name: 'bunny',
      scope: exact ? 'url' : 'prefix',
      maxTtl,
      pathForm,
      carrier:
        kind === 'path'
          ? pathCarrier(/^(?<token>\/bcdn_token=[^/]*)(?<rest>\/.*)$/, 'root')
          : queryCarrier(names, { needed: 2, written, decodes: false }),
      signers: secrets.map((secret) => bunnySigner(secret, version, ip)),

      open({ url, path, search }) {
        const folder = exact ? undefined : (tokenPath ?? folderOf(path, depth));
        const carried = { ...own, ...(folder !== undefined && { token_path: folder }) };
        if (runsIntoParams(path))
          throw optionsError(
            'url',
            'The path has ten digits before `&` or `=`, which could be read as an expiry. Rename the file or folder.',
          );
        if (folder !== undefined && !path.startsWith(withSlash(folder)))
          throw optionsError('url', 'The URL is not below `tokenPath`. Give one below it, or change `tokenPath`.');
        const asked = signsQuery ? search.slice(1) : '';
        const params = readBunnyParams([asked, String(new URLSearchParams(carried))].filter(Boolean).join('&'), false);
        if (!params || !areOurs(params))
          throw optionsError(
            'url',
            exact
              ? 'Bunny signs the query. Write it as encodeURIComponent does, without empty values, or use ignoreParams.'
              : 'Bunny signs the query, which the token of a folder cannot know. Use ignoreParams.',
          );
        const inTokenPath = { prefix: url.origin + encodePath(withSlash(tokenPath ?? ''), pathForm) };
        const below = tokenPath === undefined ? openedFolder(url, depth) : inTokenPath;
        return { opened: exact ? openedUrl(url, search, !signsQuery) : below, path: folder ?? path, params, carried };
      },
      scopeOf({ params }, url) {
        if (tokenPath !== undefined) return folderScope(url, encodePath(folderHolding(tokenPath), pathForm));
        // The parameters are sorted before they are hashed, so a token opens every order of them.
        return params.foreign.size > 1 ? pathScope(url) : undefined;
      },
      message({ path, params }, expires) {
        if (isAmbiguous(path, String(expires)))
          throw optionsError(
            'url',
            'With this expiry and address, the path could be read in another way. Choose another expiry.',
          );
        return { path, expires: String(expires), params: params.signed };
      },
      write(token, { carried }, expires): CarriedTexts {
        const texts = { token, ...carried, expires: String(expires) };
        if (kind === 'query') return texts;
        const pairs = Object.entries(texts).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
        return { token: `/bcdn_${pairs.join('&')}` };
      },
      read({ values }, path, { url }) {
        const query = kind === 'path' ? values[0]!.slice('/bcdn_'.length) : url.search.slice(1);
        const [signature = '', expires = ''] =
          (kind === 'path' ? tokenQuery(`?${query}`, names)?.values : values) ?? [];
        const params = readBunnyParams(query, kind === 'path');
        if (!hashForm.test(signature) || !params || !areOurs(params) || runsIntoParams(path)) return undefined;
        const { token_path: folder, ...conditions } = params.own;
        const signed = folder ?? path;
        if (isAmbiguous(signed, expires)) return undefined;
        return {
          signature,
          messages: [{ path: signed, expires, params: params.signed }],
          expires: readExpiry(expires),
          opens: () =>
            (folder === undefined || path === folder || path.startsWith(withSlash(folder))) &&
            isFromCountry(country, params.own),
          conditional: conditionNames.some((name) => conditions[name] !== own[name]),
        };
      },
    });
  return withSecrets(options, make);
}

const conditionNames = ['limit', 'token_countries', 'token_countries_blocked'] as const;

function isTokenPath(tokenPath: unknown, form: PathForm): boolean {
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
function isFromCountry(
  country: string | undefined,
  { token_countries: countries, token_countries_blocked: countriesBlocked }: BunnyParams['own'],
): boolean {
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
