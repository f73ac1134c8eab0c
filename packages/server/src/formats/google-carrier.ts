import { utf8ToBytes } from '@noble/hashes/utils.js';
import { base64Bytes, base64url, padded, utf8Text } from '../crypto/base64url.ts';
import { optionsError } from '../errors/options-error.ts';
import type { SentRequest } from '../format-parts/judging.ts';
import { readValue } from '../format-parts/read-value.ts';
import { searchToSign } from '../format-parts/search-to-sign.ts';
import { checkCookieOptions, readCookies, setCookie } from '../http/cookies.ts';
import type { CookieOptions } from '../http/cookies.ts';
import type { SignedToken } from '../token/token-format.ts';
import { tokenQuery } from '../token/token-query.ts';
import type { GrantedVerdict } from '../token/verdict.ts';

interface GoogleLink {
  /** The URL without the token. */
  readonly url: string;
  /** The prefix that is opened; `undefined` if only the URL is opened. */
  readonly prefix: string | undefined;
  /** The prefix as `URLPrefix`, which is signed; not used if the prefix is in the path. */
  readonly encodedPrefix: string | undefined;
  readonly expires: string;
  readonly keyName: string;
}

interface GoogleCarried extends GoogleLink {
  /** The path of `url`. */
  readonly pathname: string;
  readonly signature: string;
}

interface GoogleCarrier {
  /**
   * Returns the text to sign. Key names contain no separators, the expiry has ten digits, and a prefix is in base64:
   * the rest is the URL.
   */
  readonly signed: (link: GoogleLink) => string;
  readonly token: (
    link: GoogleLink & { signature: string; opened: Pick<SignedToken, 'url' | 'prefix'>; until: number },
  ) => SignedToken;
  readonly read: (
    request: SentRequest,
  ) => (GoogleCarried & { carriers?: NonNullable<GrantedVerdict['carriers']> }) | 'missing' | 'malformed';
  /** Returns the query of a URL to sign, without a token. @throws `ERR_OPTIONS`; see `searchToSign` */
  readonly searchOf: (url: URL, exact: boolean) => string;
  readonly bare?: (url: URL) => URL;
  /** For tokens in the query: the names of their parameters. */
  readonly parameters?: readonly string[];
}

/** Encodes a prefix as `URLPrefix`, the form that is signed. */
export const encodePrefix = (prefix: string): string => padded(base64url(utf8ToBytes(prefix)));

const names = ['URLPrefix', 'Expires', 'KeyName', 'Signature'];
const bareSearch = ({ search }: URL): string => search;

/** @throws `ERR_OPTIONS` */
export function googleCarrier(kind: string, cookieName: string, cookie: CookieOptions): GoogleCarrier {
  checkCookieOptions(cookie);
  if (kind === 'query') return inQuery;
  if (kind === 'path') return inPath;
  if (kind === 'cookie') return inCookie(cookieName, cookie);
  throw optionsError('carrier', "This is unknown. Give 'query', 'cookie' or 'path'.");
}

const joined = ({ encodedPrefix, expires, keyName }: GoogleLink, separator: string): string => {
  const front = encodedPrefix === undefined ? '' : `URLPrefix=${encodedPrefix}${separator}`;
  return `${front}Expires=${expires}${separator}KeyName=${keyName}`;
};

const inQuery: GoogleCarrier = {
  signed: (link) =>
    link.prefix === undefined
      ? `${link.url}${link.url.includes('?') ? '&' : '?'}${joined(link, '&')}`
      : joined(link, '&'),
  token: ({ encodedPrefix, expires, keyName, signature, opened, until }) => ({
    ...opened,
    expires: until,
    query: {
      ...(encodedPrefix !== undefined && { URLPrefix: encodedPrefix }),
      ...{ Expires: expires, KeyName: keyName, Signature: signature },
    },
  }),
  read: ({ url }) => {
    const own = tokenQuery(url.search, names);
    const values = own?.values.map((value) => (value === undefined ? undefined : readValue(value)));
    if (!own || !values || values.some((value, i) => value === undefined && own.values[i] !== undefined)) {
      return 'malformed';
    }
    return readLink({ origin: url.origin, pathname: url.pathname, search: own.rest }, values);
  },
  searchOf: (url, exact) => searchToSign(url, names, exact ? names.slice(1) : names),
  parameters: names,
};

const segment = /^(.*\/)edge-cache-token=Expires=([^&/]*)&KeyName=([^&/]*)&Signature=([^&/]*)\/(.*)$/;

const inPath: GoogleCarrier = {
  signed: (link) => `${link.prefix ?? ''}edge-cache-token=${joined({ ...link, encodedPrefix: undefined }, '&')}`,
  token: (link) => ({
    prefix: link.prefix ?? '',
    expires: link.until,
    base: `${inPath.signed(link)}&Signature=${link.signature}/`,
  }),
  read: ({ url }) => {
    const { origin, pathname, search } = url;
    const [, folder, expires, keyName, signature, rest] = segment.exec(pathname) ?? [];
    if (folder === undefined || rest?.includes('edge-cache-token='))
      return folder === undefined ? 'missing' : 'malformed';
    const bare = { origin, pathname: folder + (rest ?? ''), search };
    const link = readLink(bare, [undefined, expires, keyName, signature]);
    return typeof link === 'string' ? link : { ...link, prefix: origin + folder };
  },
  searchOf: ({ pathname, search }) => {
    if (pathname.includes('edge-cache-token='))
      throw optionsError('url', 'The path has a token in it. Give the URL without it.');
    return search;
  },
  bare: (url) => {
    const [, folder, , , , rest] = segment.exec(url.pathname) ?? [];
    return folder === undefined ? url : new URL(url.origin + folder + (rest ?? '') + url.search);
  },
};

function inCookie(name: string, cookie: CookieOptions): GoogleCarrier {
  return {
    signed: (link) => joined(link, ':'),
    token: (link) => {
      const value = `${joined(link, ':')}:Signature=${link.signature}`;
      return {
        ...link.opened,
        expires: link.until,
        credentials: true,
        setCookie: [setCookie(name, value, link.until, cookie)],
      };
    },
    read: ({ url, headers }) => {
      const [value] = readCookies(headers.get('Cookie') ?? '', [name]) ?? ['twice'];
      if (!value) return 'missing';
      const form = /^URLPrefix=([^:]*):Expires=([^:]*):KeyName=([^:]*):Signature=([^:]*)$/.exec(value);
      if (!form) return 'malformed';
      const link = readLink(url, form.slice(1));
      return typeof link === 'string' ? link : { ...link, carriers: { cookies: [name] } };
    },
    searchOf: bareSearch,
  };
}

function readLink(
  { origin, pathname, search }: Pick<URL, 'origin' | 'pathname' | 'search'>,
  [encoded, expires, keyName, signature]: readonly (string | undefined)[],
): GoogleCarried | 'missing' | 'malformed' {
  if (!expires || !keyName || !signature) return 'missing';
  const bytes = encoded === undefined ? undefined : base64Bytes(encoded);
  const prefix = utf8Text(bytes);
  // A prefix must have one spelling, because the encoded text is signed.
  if (encoded !== undefined && (!bytes || prefix === undefined || padded(base64url(bytes)) !== encoded)) {
    return 'malformed';
  }
  return { url: origin + pathname + search, pathname, prefix, encodedPrefix: encoded, expires, keyName, signature };
}
