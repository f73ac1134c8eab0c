import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { readCookieOptions, readCookies, setCookie } from '../http/cookies.ts';
import type { CookieOptions } from '../http/cookies.ts';
import type { SignedToken, TokenFormat } from '../token/token-format.ts';
import { checkParameterNames, tokenQuery } from '../token/token-query.ts';
import { decodeOnce } from '../url/canonical-path.ts';
import type { SentRequest } from './cdn-format.ts';
import type { Opened } from './opened-scope.ts';

/** The texts of a token by their names: of parameters, headers or cookies. */
export type CarriedTexts = Readonly<Record<string, string>>;

/** What a carrier has taken off a request. */
export interface Carried {
  /** The texts in the order of the names; of a token in the path, its text and the path in front of it. */
  readonly values: readonly (string | undefined)[];
  /** The path without the token. */
  readonly pathname: string;
  /** The query without the token. */
  readonly search: string;
}

/** The place of a token in a request. */
export interface Carrier {
  /** Makes a token. @throws `ERR_OPTIONS` for texts that this carrier cannot hold */
  readonly token: (opened: Opened, expires: number, texts: CarriedTexts) => SignedToken;
  /** Reads the token of a request: `missing` if a part that every token has is not there. */
  readonly read: (request: Pick<SentRequest, 'url' | 'headers'>) => Carried | 'missing' | 'malformed';
  /** Returns the query of a URL to sign, without a token, which the new one replaces. @throws `ERR_OPTIONS` */
  readonly searchOf: (url: URL) => string;
  /** The members of a format that say where its tokens are. */
  readonly places: Pick<TokenFormat, 'parameters' | 'headers' | 'cookies' | 'bare'>;
}

export interface ValueCarrierOptions {
  /** @default 'query' */
  carrier?: 'query' | 'cookie' | 'header';
  /** For cookies: the requests with which the browser sends them. */
  cookie?: CookieOptions;
}

interface CarrierParts {
  /** The option with the names. @default 'param' */
  readonly namedIn?: string;
  /** How many of the names every token has: the first ones. @default all */
  readonly needed?: number;
  /**
   * The names that a new token may have. Any other would stay in the URL, and be read as a part of the token.
   * @default all
   */
  readonly written?: readonly string[];
  /** Whether the CDN decodes escapes in the values. @default true */
  readonly decodes?: boolean;
}

/** Creates the carrier for tokens in parameters of the query. @throws `ERR_OPTIONS` */
export function queryCarrier(
  names: readonly string[],
  { namedIn = 'param', needed = names.length, written = names, decodes = true }: CarrierParts = {},
): Carrier {
  checkParameterNames(namedIn, names);
  return {
    // A spread in front of other members would take twenty times as long in V8.
    token: (opened, expires, texts) => ({ expires, query: texts, ...opened }),
    read({ url }) {
      const query = tokenQuery(url.search, names);
      if (!query) return 'malformed';
      const values = decodes ? query.values.map(readEscapes) : query.values;
      let isWhole = true;
      for (let i = 0; i < values.length; i++) {
        if (values[i] === undefined && query.values[i] !== undefined) return 'malformed';
        if (i < needed && !values[i]) isWhole = false;
      }
      return isWhole ? { values, pathname: url.pathname, search: query.rest } : 'missing';
    },
    searchOf(url) {
      const query = tokenQuery(url.search, names);
      if (!query)
        throw optionsError('url', `The query has ${names.join(' or ')} twice or in another spelling. Take it out.`);
      const left = names.find((name, i) => query.values[i] !== undefined && !written.includes(name));
      if (left !== undefined)
        throw optionsError('url', `The query has \`${left}\`, which would be read as part of the token. Take it out.`);
      return query.rest;
    },
    places: { parameters: names },
  };
}

/**
 * Creates the carrier for tokens that are named values. Only the configured carrier counts: a token in a cookie never
 * makes up for a bad token in the query.
 *
 * @throws `ERR_OPTIONS`
 */
export function valueCarrier(
  names: readonly string[],
  options: ValueCarrierOptions,
  parts: CarrierParts = {},
): Carrier {
  const carrier = option.oneOf(['query', 'cookie', 'header'], 'query')(options.carrier, 'carrier');
  const cookie = readCookieOptions(options.cookie);
  if (carrier === 'query') return queryCarrier(names, parts);
  const { namedIn = 'param', needed = names.length } = parts;
  checkParameterNames(namedIn, names);
  return {
    token(opened, expires, texts) {
      // A cookie ends at `;`, and both cookies and headers contain only visible ASCII.
      if (!Object.values(texts).every((text) => /^[!-:<-~]*$/.test(text)))
        throw optionsError(
          'url',
          `The path has characters that cannot travel in a ${carrier}. Use carrier 'query', or another path.`,
        );
      if (carrier === 'header') return { expires, headers: texts, ...opened };
      const cookies = Object.entries(texts).map(([name, text]) => setCookie(name, text, expires, cookie));
      return { expires, credentials: true, setCookie: cookies, ...opened };
    },
    read({ url: { pathname, search }, headers }) {
      const values =
        carrier === 'header'
          ? names.map((name) => headers.get(name) ?? undefined)
          : readCookies(headers.get('Cookie') ?? '', names);
      if (!values) return 'malformed';
      return values.slice(0, needed).every(Boolean) ? { values, pathname, search } : 'missing';
    },
    searchOf: ({ search }) => search,
    places: carrier === 'header' ? { headers: names } : { cookies: names },
  };
}

/**
 * Creates the carrier for a token in the header `Authorization: Bearer …` (RFC 6750 section 2.1).
 *
 * @param name the name of the text that is the token
 */
export function bearerCarrier(name: string): Carrier {
  return {
    token: (opened, expires, texts) => ({ expires, headers: { Authorization: `Bearer ${texts[name]!}` }, ...opened }),
    read({ url: { pathname, search }, headers }) {
      const sent = headers.get('Authorization');
      const value = /^Bearer ([\w.~+/-]+=*)$/.exec(sent ?? '')?.[1];
      if (value !== undefined) return { values: [value], pathname, search };
      return sent === null ? 'missing' : 'malformed';
    },
    searchOf: ({ search }) => search,
    places: { headers: ['Authorization'] },
  };
}

/** An unnecessary escape: of a letter, a digit, `-`, `.` or `_`. */
const needless = /%(?:2[de]|3\d|[46][1-9a-f]|5[\daf]|7[\da])/i;

/**
 * Decodes the escapes of a value once: some libraries escape `=`, `/`, `*`, `~` and the like, others do not. Returns
 * `undefined` for malformed escapes, and for those of letters, digits, `-`, `.` and `_`, because no library that writes
 * a query makes them.
 */
export function readEscapes(written: string | undefined): string | undefined {
  if (!written?.includes('%')) return written;
  return needless.test(written) ? undefined : decodeOnce(written);
}

/**
 * Creates the carrier for tokens in the path, where HLS inherits them.
 *
 * @param form matches a path with a token: the group `token` is the text of the token, `rest` the path behind it with
 *   its first slash, and `front`, if there is one, the path in front of it
 * @param place where `rest` of a new token begins: at the root, or behind the folder that the token opens
 */
export function pathCarrier(form: RegExp, place: 'root' | 'folder'): Carrier {
  const read = ({ pathname }: URL): { token: string; front: string; bare: string } | undefined => {
    const { front = '', token, rest } = form.exec(pathname)?.groups ?? {};
    return token !== undefined && rest !== undefined ? { token, front, bare: front + rest } : undefined;
  };
  return {
    token: (opened, expires, { token = '' }) => {
      const { prefix } = opened;
      const [origin = ''] = /^\w+:\/\/[^/]*/.exec(prefix ?? opened.url ?? '') ?? [];
      if (place === 'folder') return { expires, base: `${prefix ?? ''}${token}/`, ...opened };
      return { expires, base: `${origin}${token}${prefix?.slice(origin.length) ?? '/'}`, ...opened };
    },
    read: ({ url }) => {
      const found = read(url);
      return found ? { values: [found.token, found.front], pathname: found.bare, search: url.search } : 'missing';
    },
    searchOf: ({ search }) => search,
    places: {
      bare(url) {
        const found = read(url);
        return found ? new URL(url.origin + found.bare + url.search) : url;
      },
    },
  };
}
