import { readExpiry } from '../../format-parts/expiry.ts';
import { searchToSign } from '../../format-parts/search-to-sign.ts';
import type { SignedToken } from '../../token/token-format.ts';
import { tokenQuery } from '../../token/token-query.ts';

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
