import { utf8ToBytes } from '@noble/hashes/utils.js';
import { decodeBase64 } from '../../crypto/base64-keys.ts';
import { base64urlPadded } from '../../crypto/base64url-padded.ts';
import { utf8Text } from '../../crypto/utf8-text.ts';
import { optionsError } from '../../errors/options-error.ts';
import type { SentRequest } from '../../format-parts/judging.ts';
import { readValue } from '../../format-parts/read-value.ts';
import { searchToSign } from '../../format-parts/search-to-sign.ts';
import { checkCookieOptions, readCookies, setCookie } from '../../http/cookies.ts';
import type { CookieOptions } from '../../http/cookies.ts';
import type { SignedToken } from '../../token/token-format.ts';
import { tokenQuery } from '../../token/token-query.ts';
import type { GrantedVerdict } from '../../token/verdict.ts';

interface GoogleLink {
  /** Without the token. */
  readonly url: string;
  /** What is opened, unless it is the URL alone. */
  readonly prefix: string | undefined;
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
   * What is signed. Key names have no separators, the expiry has ten digits and a prefix is in base64: the rest is the
   * URL.
   */
  readonly signed: (link: GoogleLink) => string;
  readonly token: (
    link: GoogleLink & { signature: string; opened: Pick<SignedToken, 'url' | 'prefix'>; until: number },
  ) => SignedToken;
  readonly read: (
    request: SentRequest,
  ) => (GoogleCarried & { carriers?: NonNullable<GrantedVerdict['carriers']> }) | 'missing' | 'malformed';
  /** The query of a URL that is to be signed, without a token. @throws `ERR_OPTIONS`; see `searchToSign` */
  readonly searchOf: (url: URL, exact: boolean) => string;
  readonly bare?: (url: URL) => URL;
}

/** `URLPrefix` as it is signed. */
const encodePrefix = (prefix: string): string => base64urlPadded(utf8ToBytes(prefix));

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

const joined = ({ prefix, expires, keyName }: GoogleLink, separator: string): string =>
  [
    ...(prefix === undefined ? [] : [`URLPrefix=${encodePrefix(prefix)}`]),
    `Expires=${expires}`,
    `KeyName=${keyName}`,
  ].join(separator);

const inQuery: GoogleCarrier = {
  signed: (link) =>
    link.prefix === undefined
      ? `${link.url}${link.url.includes('?') ? '&' : '?'}${joined(link, '&')}`
      : joined(link, '&'),
  token: ({ prefix, expires, keyName, signature, opened, until }) => ({
    ...opened,
    expires: until,
    query: {
      ...(prefix !== undefined && { URLPrefix: encodePrefix(prefix) }),
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
};

const segment = /^(.*\/)edge-cache-token=Expires=([^&/]*)&KeyName=([^&/]*)&Signature=([^&/]*)\/(.*)$/;

const inPath: GoogleCarrier = {
  signed: (link) => `${link.prefix ?? ''}edge-cache-token=${joined({ ...link, prefix: undefined }, '&')}`,
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
  const prefix = encoded === undefined ? undefined : utf8Text(decodeBase64(encoded));
  // One spelling a prefix: what is signed is the encoded text.
  if (encoded !== undefined && (prefix === undefined || encodePrefix(prefix) !== encoded)) return 'malformed';
  return { url: origin + pathname + search, pathname, prefix, expires, keyName, signature };
}
