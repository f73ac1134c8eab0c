import { readValue } from '../../format-parts/read-value.ts';
import { decodeOnce } from '../../url/decode-once.ts';

type Param = readonly [name: string, value: string];

/** The parameters of a request, as far as they are signed. */
export interface BunnyParams {
  readonly signed: readonly Param[];
  /** `token_path` */
  readonly folder: string | undefined;
  readonly countries: string | undefined;
  readonly countriesBlocked: string | undefined;
  readonly limit: string | undefined;
  /** Names of signed parameters that are not the token's own, each once. */
  readonly foreign: ReadonlySet<string>;
}

const countryList = /^[A-Z]{2}(?:,[A-Z]{2})*$/;

/** Parameters that belong to the token, with the only values that they may have. */
const ownForms: Readonly<Record<string, (value: string) => boolean>> = {
  // ten digits could be an expiry
  limit: (value) => /^[1-9]\d{0,8}$/.test(value),
  token_countries: (value) => countryList.test(value),
  token_countries_blocked: (value) => countryList.test(value),
  token_ignore_params: (value) => value === 'true',
  token_path: (value) => value.startsWith('/') && !runsIntoParams(value),
};
const ownNames = Object.keys(ownForms);

/** Whether a parameter of the token may have this value. */
export function isOwnValue(name: string, value: string): boolean {
  return ownForms[name]?.(value) ?? false;
}

/**
 * Reads what is signed of a query: everything but the token and its expiry, or with `token_ignore_params` only what
 * belongs to the token. `undefined` for what could be read in two ways. Bunny hashes the parameters decoded and sorted
 * as `name=value&…`, leaves the empty ones out, and puts them right behind the expiry, which stands right behind the
 * path. Hence the parameters that are not the token's own have one spelling, a value, and no `&`, `=` and expiry in
 * them.
 *
 * @param areInPath whether values must be escaped as `sign` does it: in a path, `%2f` for `%2F` would be a second token
 *   for the same folder
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

/** Whether a parameter that is not the token's own has one spelling and nothing in it that ends it. */
function isForeign(name: string, value: string, written: string): boolean {
  const endsLikeOurs = ownNames.some((own) => name.endsWith(own));
  const isName = /^[A-Za-z_][\w.-]*$/.test(name) && !/\d{10}/.test(name) && !endsLikeOurs;
  return isName && value !== '' && !/[&=\p{Cc}]/u.test(value) && encodeURIComponent(value) === written;
}

/**
 * Whether a path could be read as a shorter one with an expiry and parameters behind it: it holds ten digits, and `&`
 * or `=` after them.
 */
export function runsIntoParams(path: string): boolean {
  const digits = path.search(/\d{10}/);
  return digits >= 0 && /[&=]/.test(path.slice(digits));
}
