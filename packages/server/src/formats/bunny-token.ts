import { concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { digest, hmac, sha256 } from '../crypto/hash.ts';
import { readExpiry } from '../format-parts/expiry.ts';
import { ipBytes } from '../format-parts/ip-bytes.ts';
import { readValue } from '../format-parts/read-value.ts';
import { searchToSign } from '../format-parts/search-to-sign.ts';
import type { SignedToken } from '../token/token-format.ts';
import { tokenQuery } from '../token/token-query.ts';
import { decodeOnce } from '../url/canonical-path.ts';

interface BunnyToken {
  readonly carry: (link: {
    hash: string;
    params: Readonly<Record<string, string>>;
    expires: number;
    origin: string;
    opened: Pick<SignedToken, 'url' | 'prefix' | 'anyQuery'>;
  }) => SignedToken;
  readonly read: (url: URL) => BunnyCarried | 'missing' | 'malformed';
  /** @param params names of the parameters that the token has. @throws `ERR_OPTIONS`; see `searchToSign` */
  readonly searchOf: (url: URL, params: readonly string[]) => string;
  /** For tokens in the path: returns the URL without its token. */
  readonly bare?: (url: URL) => URL;
  /** For tokens in the query: the names of their parameters. */
  readonly parameters?: readonly string[];
}

interface BunnyCarried {
  readonly hash: string;
  readonly expires: string;
  /** The query that contains the signed parameters, without a leading `?`. */
  readonly query: string;
  /** The path to forward; `search` is the query to forward. */
  readonly pathname: string;
  readonly search: string;
}

const names = [
  'token',
  'token_countries',
  'token_countries_blocked',
  'token_ignore_params',
  'token_path',
  'limit',
  'expires',
];
const hashForm = /^(?:HS256-(?:1-)?)?[\w-]{42}[AEIMQUYcgkosw048]$/;
const inPath = /^\/bcdn_(token=[^/]*)(\/.*)$/;

/** Creates one of Bunny's two carriers: `?token=…&expires=…`, or `/bcdn_token=…&expires=…` before the path. */
export function bunnyToken(carrier: 'path' | 'query'): BunnyToken {
  const readQuery = (
    search: string,
  ): { values: readonly (string | undefined)[]; rest: string } | 'missing' | 'malformed' => {
    const own = tokenQuery(search, names);
    if (!own) return 'malformed';
    const [token, expires] = [own.values[0], own.values.at(-1)];
    if (!token || !expires) return 'missing';
    return hashForm.test(token) && readExpiry(expires) !== undefined ? own : 'malformed';
  };

  if (carrier === 'query') {
    return {
      carry: ({ hash, params, expires, opened }) => ({
        ...opened,
        expires,
        query: { token: hash, ...params, expires: String(expires) },
      }),
      read: ({ pathname, search }) => {
        const own = readQuery(search);
        if (typeof own === 'string') return own;
        return {
          hash: own.values[0]!,
          expires: own.values.at(-1)!,
          query: search.slice(1),
          pathname,
          search: own.rest,
        };
      },
      searchOf: (url, params) => searchToSign(url, names, ['token', 'expires', ...params]),
      parameters: names,
    };
  }

  return {
    carry: ({ hash, params, expires, origin, opened }) => {
      const own = Object.entries(params).map(([name, value]) => `&${name}=${encodeURIComponent(value)}`);
      const front = `${origin}/bcdn_token=${hash}${own.join('')}&expires=${expires}`;
      return { ...opened, expires, base: front + (opened.prefix?.slice(origin.length) ?? '/') };
    },
    read: ({ pathname, search }) => {
      const [, query, rest] = inPath.exec(pathname) ?? [];
      if (query === undefined || rest === undefined) return 'missing';
      const own = readQuery(`?${query}`);
      if (typeof own === 'string') return own;
      return { hash: own.values[0]!, expires: own.values.at(-1)!, query, pathname: rest, search };
    },
    searchOf: ({ search }) => search,
    bare: (url) => {
      const rest = inPath.exec(url.pathname)?.[2];
      return rest === undefined ? url : new URL(url.origin + rest + url.search);
    },
  };
}

type Param = readonly [name: string, value: string];

/** The signed parameters of a request. */
export interface BunnyParams {
  readonly signed: readonly Param[];
  /** `token_path` */
  readonly folder: string | undefined;
  readonly countries: string | undefined;
  readonly countriesBlocked: string | undefined;
  readonly limit: string | undefined;
  /** Names of the signed parameters that do not belong to the token, each once. */
  readonly foreign: ReadonlySet<string>;
}

const countryList = /^[A-Z]{2}(?:,[A-Z]{2})*$/;

/** The parameters that belong to the token, each with a test for the values that it may have. */
const ownForms: Readonly<Record<string, (value: string) => boolean>> = {
  // ten digits could be an expiry
  limit: (value) => /^[1-9]\d{0,8}$/.test(value),
  token_countries: (value) => countryList.test(value),
  token_countries_blocked: (value) => countryList.test(value),
  token_ignore_params: (value) => value === 'true',
  token_path: (value) => value.startsWith('/') && !runsIntoParams(value),
};
const ownNames = Object.keys(ownForms);

/** Tells whether a parameter of the token may have this value. */
export function isOwnValue(name: string, value: string): boolean {
  return ownForms[name]?.(value) ?? false;
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
  const own: Partial<Record<string, string>> = {};
  const foreign = new Set<string>();
  for (const pair of pairs) {
    const [name, written] = splitPair(pair);
    if (name === 'token' || name === 'expires') continue;
    const isOwn = ownNames.includes(name);
    const value = isOwn && !areInPath ? readValue(written.replaceAll('+', ' ')) : decodeOnce(written);
    if (areInPath && (value === undefined || encodeURIComponent(value) !== written)) return undefined;
    if (ignoring && !isOwn) continue;
    if (value === undefined || !(isOwn ? isOwnValue(name, value) : isForeign(name, value, written))) return undefined;
    if (isOwn) own[name] = value;
    else foreign.add(name);
    signed.push([name, value]);
  }
  return {
    signed,
    folder: own.token_path,
    countries: own.token_countries,
    countriesBlocked: own.token_countries_blocked,
    limit: own.limit,
    foreign,
  };
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
  readonly params: readonly (readonly [name: string, value: string])[];
}

interface BunnyKind {
  readonly version: 2 | 3;
  readonly ip: string | undefined;
}

/**
 * Creates a function that makes the token of Bunny's own signers with one secret: HMAC-SHA256 since April 2026 (version
 * 3), SHA-256 over the secret before (version 2).
 */
export function bunnyHash(secret: string, { version, ip }: BunnyKind): (message: BunnyMessage) => string {
  if (version === 2) {
    return ({ path, expires, params }) =>
      digest(sha256, secret + path + expires + (ip ?? '') + signedParams(params), 'base64url');
  }
  const key = utf8ToBytes(secret);
  if (ip === undefined) {
    return ({ path, expires, params }) =>
      `HS256-${hmac(sha256, key, path + expires + signedParams(params), 'base64url')}`;
  }
  // The last 8 bytes of an IPv6 address count as zero: a client changes them at will (RFC 8981).
  const address = ipBytes(ip).map((byte, i) => (i < 8 ? byte : 0));
  return ({ path, expires, params }) => {
    const message = concatBytes(utf8ToBytes(path + expires), address, utf8ToBytes(signedParams(params)));
    return `HS256-1-${hmac(sha256, key, message, 'base64url')}`;
  };
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
