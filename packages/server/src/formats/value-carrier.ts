import { checkCookieOptions, readCookies, setCookie } from '../cookies.ts';
import type { CookieOptions } from '../cookies.ts';
import { decodeOnce } from '../decode-once.ts';
import { optionsError } from '../options-error.ts';
import type { SignedToken } from '../token-format.ts';
import { tokenQuery } from '../token-query.ts';
import type { GrantedVerdict } from '../verdict.ts';

export interface ValueCarrierOptions {
  /** @default 'query' */
  carrier?: 'query' | 'cookie' | 'header';
  /** For cookies: where the browser sends them. */
  cookie?: CookieOptions;
}

interface CarriedValues {
  /** In the order of the names; escapes undone. */
  readonly values: readonly (string | undefined)[];
  /** The query without the token. */
  readonly search: string;
  readonly carriers: NonNullable<GrantedVerdict['carriers']>;
}

export interface ValueCarrier {
  /** @param opened what the token opens */
  readonly token: (
    opened: Pick<SignedToken, 'url' | 'prefix' | 'anyQuery'>,
    expires: number,
    values: Readonly<Record<string, string>>,
  ) => SignedToken;
  readonly read: (request: Pick<Request, 'url' | 'headers'>) => CarriedValues | undefined;
  /** The query of a URL that is to be signed, without a token. @throws `ERR_OPTIONS` when it holds the names twice */
  readonly searchOf: (url: URL) => string;
}

/**
 * Tokens that are named values, in the one carrier that is configured: a bad token in the query is never made good by one
 * in a cookie.
 *
 * @throws `ERR_OPTIONS`
 */
export function valueCarrier(
  names: readonly string[],
  { carrier = 'query', cookie = {} }: ValueCarrierOptions,
): ValueCarrier {
  if (!['query', 'cookie', 'header'].includes(carrier))
    throw optionsError('carrier', "give 'query', 'cookie' or 'header'");
  if (!names.every((name) => /^[\w.~-]+$/.test(name))) throw optionsError('param', 'use letters, digits and -._~');
  checkCookieOptions(cookie);
  const inQuery = carrier === 'query' ? names : [];

  return {
    token: (opened, expires, values) => {
      if (carrier === 'query') return { ...opened, expires, query: values };
      // A cookie ends at `;`, and neither a cookie nor a header holds anything but visible ASCII.
      if (!Object.values(values).every((value) => /^[!-:<-~]*$/.test(value))) {
        throw optionsError('url', `its path cannot travel in a ${carrier}`);
      }
      if (carrier === 'header') return { ...opened, expires, headers: values };
      const cookies = Object.entries(values).map(([name, value]) => setCookie(name, value, expires, cookie));
      return { ...opened, expires, credentials: true, setCookie: cookies };
    },
    read: ({ url, headers }) => {
      const query = tokenQuery(new URL(url).search, inQuery);
      if (!query) return undefined;
      if (carrier === 'query') {
        const values = query.values.map((value) => (value === undefined ? value : decodeOnce(value)));
        if (values.some((value, i) => value === undefined && query.values[i] !== undefined)) return undefined;
        return { values, search: query.rest, carriers: {} };
      }
      const values =
        carrier === 'header'
          ? names.map((name) => headers.get(name) ?? undefined)
          : readCookies(headers.get('Cookie') ?? '', names);
      return values && { values, search: query.rest, carriers: { [`${carrier}s`]: names } };
    },
    searchOf: (url) => {
      const query = tokenQuery(url.search, inQuery);
      if (!query) throw optionsError('url', `its query holds ${names.join(' or ')} twice or in another spelling`);
      return query.rest;
    },
  };
}
