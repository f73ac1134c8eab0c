import { optionsError } from '../errors/options-error.ts';
import { checkCookieOptions, readCookies, setCookie } from '../http/cookies.ts';
import type { CookieOptions } from '../http/cookies.ts';
import type { SignedToken, TokenFormat } from '../token/token-format.ts';
import { checkParameterNames, tokenQuery } from '../token/token-query.ts';
import type { GrantedVerdict } from '../token/verdict.ts';
import type { SentRequest } from './judging.ts';
import { readValue } from './read-value.ts';
import { searchToSign } from './search-to-sign.ts';

export interface ValueCarrierOptions {
  /** @default 'query' */
  carrier?: 'query' | 'cookie' | 'header';
  /** For cookies: the requests with which the browser sends them. */
  cookie?: CookieOptions;
}

export interface CarriedValues {
  /** The values in the order of the names, with their escapes decoded. */
  readonly values: readonly (string | undefined)[];
  /** The query without the token. */
  readonly search: string;
  readonly carriers: NonNullable<GrantedVerdict['carriers']>;
}

export interface ValueCarrier {
  /** Makes a token. @param opened what the token opens */
  readonly token: (
    opened: Pick<SignedToken, 'url' | 'prefix' | 'anyQuery'>,
    expires: number,
    values: Readonly<Record<string, string>>,
  ) => SignedToken;
  /** @throws `ERR_OPTIONS` for values that this carrier cannot hold */
  readonly check: (values: readonly string[]) => void;
  readonly read: (request: SentRequest) => CarriedValues | undefined;
  /** The names of the parameters, headers or cookies that carry the token, as members of a format. */
  readonly places: Pick<TokenFormat, 'parameters' | 'headers' | 'cookies'>;
  /** Returns the query of a URL to sign, without a token; see `searchToSign`. @throws `ERR_OPTIONS` */
  readonly searchOf: (url: URL) => string;
}

const placesOf = { query: 'parameters', header: 'headers', cookie: 'cookies' } as const;

/**
 * Creates the carrier for tokens that are named values. Only the configured carrier counts: a token in a cookie never
 * makes up for a bad token in the query.
 *
 * @param written the names that every token has
 * @throws `ERR_OPTIONS`
 */
export function valueCarrier(
  names: readonly string[],
  { carrier = 'query', cookie = {} }: ValueCarrierOptions,
  written: readonly string[] = names,
): ValueCarrier {
  if (!['query', 'cookie', 'header'].includes(carrier))
    throw optionsError('carrier', "This is unknown. Give 'query', 'cookie' or 'header'.");
  checkParameterNames('param', names);
  checkCookieOptions(cookie);
  const inQuery = carrier === 'query' ? names : [];
  const check = (values: readonly string[]): void => {
    // A cookie ends at `;`, and both cookies and headers contain only visible ASCII.
    if (carrier !== 'query' && !values.every((value) => /^[!-:<-~]*$/.test(value))) {
      throw optionsError(
        'url',
        `The path has characters that cannot travel in a ${carrier}. Use carrier 'query', or another path.`,
      );
    }
  };

  return {
    check,
    token: (opened, expires, values) => {
      check(Object.values(values));
      if (carrier === 'query') return { ...opened, expires, query: values };
      if (carrier === 'header') return { ...opened, expires, headers: values };
      const cookies = Object.entries(values).map(([name, value]) => setCookie(name, value, expires, cookie));
      return { ...opened, expires, credentials: true, setCookie: cookies };
    },
    read: ({ url, headers }) => {
      const query = tokenQuery(url.search, inQuery);
      if (!query) return undefined;
      if (carrier === 'query') {
        const values = query.values.map((value) => (value === undefined ? value : readValue(value)));
        if (values.some((value, i) => value === undefined && query.values[i] !== undefined)) return undefined;
        return { values, search: query.rest, carriers: {} };
      }
      const values =
        carrier === 'header'
          ? names.map((name) => headers.get(name) ?? undefined)
          : readCookies(headers.get('Cookie') ?? '', names);
      return values && { values, search: query.rest, carriers: { [`${carrier}s`]: names } };
    },
    places: { cookies: [], [placesOf[carrier]]: names },
    searchOf: (url) => searchToSign(url, inQuery, written),
  };
}
