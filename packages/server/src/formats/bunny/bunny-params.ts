import { readValue } from '../../format-parts/read-value.ts';
import { decodeOnce } from '../../url/canonical-path.ts';

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
