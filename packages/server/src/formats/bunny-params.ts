import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { digest, hmac, sha256 } from '../crypto/hash.ts';
import { macSigner } from '../crypto/signer.ts';
import type { Signer } from '../crypto/signer.ts';
import { optionsError } from '../errors/options-error.ts';
import { readEscapes } from '../format-parts/carriers.ts';
import { readIp } from '../format-parts/ip.ts';
import { decodeOnce } from '../url/canonical-path.ts';
import type { BunnyOptions } from './bunny.ts';

type Param = readonly [name: string, value: string];

/** The signed parameters of a request. */
export interface BunnyParams {
  readonly signed: readonly Param[];
  /** Those that belong to the token. */
  readonly own: Readonly<Partial<Record<OwnName, string>>>;
  /** Names of the others, each once. */
  readonly foreign: ReadonlySet<string>;
}

const countryList = /^[A-Z]{2}(?:,[A-Z]{2})*$/;

/** The parameters that belong to the token, each with a test for the values that it may have. */
type OwnName = 'limit' | 'token_countries' | 'token_countries_blocked' | 'token_ignore_params' | 'token_path';
const ownForms: Readonly<Record<OwnName, (value: string) => boolean>> = {
  // ten digits could be an expiry
  limit: (value) => /^[1-9]\d{0,8}$/.test(value),
  token_countries: (value) => countryList.test(value),
  token_countries_blocked: (value) => countryList.test(value),
  token_ignore_params: (value) => value === 'true',
  token_path: (value) => value.startsWith('/') && !runsIntoParams(value),
};
export const ownNames = Object.keys(ownForms) as readonly OwnName[];

/** Tells whether a parameter of the token may have this value. */
export function isOwnValue(name: OwnName, value: string): boolean {
  return ownForms[name](value);
}

/** Returns the parameters that follow from the options. @throws `ERR_OPTIONS` */
export function ownParams({ limit, countries, countriesBlocked, ignoreParams }: BunnyOptions): BunnyParams['own'] {
  if (limit !== undefined && (typeof (limit as unknown) !== 'number' || !isOwnValue('limit', String(limit))))
    throw optionsError('limit', 'Give kB/s, a whole number from 1 to 999999999.', limit);
  for (const [name, list] of Object.entries({ countries, countriesBlocked }))
    if (list && !isOwnValue('token_countries', list.join(',')))
      throw optionsError(
        name,
        'This is empty, or has something else than country codes. Give codes of two upper-case letters, such as BR.',
      );
  return {
    ...(limit !== undefined && { limit: String(limit) }),
    ...(countries && { token_countries: countries.join(',') }),
    ...(countriesBlocked && { token_countries_blocked: countriesBlocked.join(',') }),
    ...(ignoreParams && { token_ignore_params: 'true' }),
  };
}

/**
 * Reads the signed part of a query: everything except the token and its expiry, or with `token_ignore_params` only what
 * belongs to the token. Returns `undefined` for a query that could be read in two ways. Bunny hashes the parameters
 * decoded and sorted as `name=value&…`, leaves out empty ones, and puts them directly after the expiry, which directly
 * follows the path. So the parameters that do not belong to the token must have one spelling and a value, and must not
 * contain `&`, `=` or an expiry.
 *
 * @param areInPath whether values must be escaped as `sign` escapes them: in a path, `%2f` for `%2F` would be a second
 *   token for the same folder
 */
export function readBunnyParams(query: string, areInPath: boolean): BunnyParams | undefined {
  const pairs = query === '' ? [] : query.split('&');
  const ignoring = pairs.includes('token_ignore_params=true');
  const signed: Param[] = [];
  const own: Partial<Record<OwnName, string>> = {};
  const foreign = new Set<string>();
  for (const pair of pairs) {
    const [name, written] = splitPair(pair);
    if (name === 'token' || name === 'expires') continue;
    const ownName = ownNames.find((each) => each === name);
    const value = ownName && !areInPath ? readEscapes(written.replaceAll('+', ' ')) : decodeOnce(written);
    if (areInPath && (value === undefined || encodeURIComponent(value) !== written)) return undefined;
    if (ignoring && !ownName) continue;
    if (value === undefined || !(ownName ? isOwnValue(ownName, value) : isForeign(name, value, written)))
      return undefined;
    if (ownName) own[ownName] = value;
    else foreign.add(name);
    signed.push([name, value]);
  }
  return { signed, own, foreign };
}

function splitPair(pair: string): Param {
  const equals = pair.indexOf('=');
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

/** Tells whether a parameter that does not belong to the token has one spelling, and contains nothing that ends it. */
function isForeign(name: string, value: string, written: string): boolean {
  const endsLikeOurs = ownNames.some((own) => name.endsWith(own));
  const isName = /^[A-Za-z_][\w.-]*$/.test(name) && !/\d{10}/.test(name) && !endsLikeOurs;
  return isName && value !== '' && !/[&=\p{Cc}]/u.test(value) && encodeURIComponent(value) === written;
}

/**
 * Tells whether a path could be read as a shorter path with an expiry and parameters after it: it contains ten digits,
 * and `&` or `=` after them.
 */
export function runsIntoParams(path: string): boolean {
  const digits = path.search(/\d{10}/);
  return digits >= 0 && /[&=]/.test(path.slice(digits));
}

export interface BunnyMessage {
  /** `token_path`, or the path: decoded in version 2, as the URL spells it in version 3. */
  readonly path: string;
  readonly expires: string;
  readonly params: readonly Param[];
}

/**
 * Creates the signer of Bunny's own libraries with one secret: HMAC-SHA256 since April 2026 (version 3), SHA-256 over the
 * secret before (version 2).
 */
export function bunnySigner(secret: string, version: 2 | 3, ip: string | undefined): Signer<BunnyMessage> {
  if (version === 2)
    return macSigner(({ path, expires, params }) =>
      digest(sha256, secret + path + expires + (ip ?? '') + signedParams(params), 'base64url'),
    );
  const key = utf8ToBytes(secret);
  // The last 8 bytes of an IPv6 address count as zero: a client changes them at will (RFC 8981).
  const address = readIp(ip)?.map((byte, i) => (i < 8 ? byte : 0));
  return macSigner(({ path, expires, params }) => {
    if (!address) return `HS256-${hmac(sha256, key, path + expires + signedParams(params), 'base64url')}`;
    const message = concatBytes(utf8ToBytes(path + expires), address, utf8ToBytes(signedParams(params)));
    return `HS256-1-${hmac(sha256, key, message, 'base64url')}`;
  });
}

/**
 * Returns the parameters as they are hashed. Path, expiry, address and parameters have no separators between them. The
 * text still has one reading, because `readBunnyParams` and `runsIntoParams` refuse everything that could stand on
 * either side of a border.
 */
function signedParams(params: BunnyMessage['params']): string {
  return [...params]
    .sort(([a], [b]) => (a < b ? -1 : Number(a > b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}
