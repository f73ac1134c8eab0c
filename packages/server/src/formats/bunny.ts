import { canonicalPath, encodePath } from '../canonical-path.ts';
import { equalInConstantTime } from '../equal-in-constant-time.ts';
import { optionsError } from '../options-error.ts';
import { secretList } from '../secret-list.ts';
import type { SecretOptions } from '../secret-list.ts';
import type { SignedToken, TokenFormat } from '../token-format.ts';
import { refused } from '../verdict.ts';
import { prefixOf } from './access-list.ts';
import { bunnyHash, signedParams } from './bunny-hash.ts';
import { bunnyToken } from './bunny-token.ts';
import { folderOf } from './folders.ts';

export type BunnyOptions = SecretOptions & {
  /** 3 is HMAC (`HS256-`), the format since April 2026; 2 is the SHA-256 before it. @default 3 */
  version?: 2 | 3;
  /** In front of the path, where HLS inherits it, or in the query. @default 'path' */
  carrier?: 'path' | 'query';
  /** Opens the URL asked for alone; in the path, that makes links and nothing for players. @default false: its folder */
  exact?: boolean;
  /** How many folders of the path asked for make the folder that is opened, with all below. @default all */
  depth?: number;
  /** Or the one folder that every token opens, such as `/vod/`. */
  tokenPath?: string;
  /** In the query: parameters that are added later (CMCD, low-latency HLS) are not part of what is signed. @default false */
  ignoreParams?: boolean;
  /** Binds the token to a client address; IPv6 to its first 64 bits. See `SecureLinkOptions`. */
  ip?: string;
  /** Countries that may or may not use the token, such as `['CA', 'US']`. */
  countries?: readonly string[];
  countriesBlocked?: readonly string[];
  /** Speed limit in kB/s. */
  limit?: number;
  /** For `verify`: the client's country; without it, tokens that name countries are refused. */
  country?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
};

/**
 * Bunny token authentication, as `BunnyWay/BunnyCDN.TokenAuthentication` signs it. `secret` is the pull zone's "URL Token
 * Authentication Key"; switch on "Token Authentication" and, for `ip`, "Token IP Validation".
 *
 * @throws `ERR_OPTIONS`
 */
export function bunny(options: BunnyOptions): TokenFormat {
  const keys = secretList(options);
  const { version = 3, carrier = 'path', exact = false, depth = Infinity, ignoreParams = false } = options;
  const { tokenPath, ip, countries, countriesBlocked, limit, country, maxTtl = 86_400 } = options;
  if (ignoreParams && carrier === 'path') throw optionsError('ignoreParams', "needs carrier 'query'");
  if (tokenPath !== undefined && (exact || !tokenPath.startsWith('/'))) {
    throw optionsError('tokenPath', 'give a path, without `exact`');
  }
  // Bunny's signers decoded the path until version 3.
  const pathForm = version === 2 ? 'decoded' : 'raw';
  const own: Record<string, string> = {
    ...(limit !== undefined && { limit: String(limit) }),
    ...(countries && { token_countries: countries.join(',') }),
    ...(countriesBlocked && { token_countries_blocked: countriesBlocked.join(',') }),
    ...(ignoreParams && { token_ignore_params: 'true' }),
  };
  const token = bunnyToken(carrier);

  return {
    name: 'bunny',
    scope: exact ? 'url' : 'prefix',
    maxTtl,
    ...(token.bare && { bare: token.bare }),

    sign(url, expires): SignedToken {
      const path = canonicalPath(url.pathname, pathForm);
      if (path === undefined) throw optionsError('url', 'this path has more than one reading and is never signed');
      if (!/^[1-9]\d{9}$/.test(String(expires))) throw optionsError('expires', 'give unix seconds, ten digits');
      const search = token.searchOf(url);
      const folder = tokenPath ?? folderOf(path, depth);
      const prefix = tokenPath === undefined ? prefixOf(url, depth) : new URL(withSlash(tokenPath), url).href;
      if (!exact && !url.href.startsWith(prefix)) throw optionsError('url', 'it is not below `tokenPath`');
      const params = { ...own, ...(!exact && { token_path: folder }) };
      const asked = carrier === 'query' && !ignoreParams ? signedParams(search) : [];
      if (!exact && asked.length > 0) {
        throw optionsError('url', "Bunny signs its query, which a folder's token cannot know; use ignoreParams");
      }
      const message = {
        path: exact ? path : folder,
        expires: String(expires),
        params: [...Object.entries(params), ...asked],
      };
      const hash = bunnyHash(message, { key: keys[0]!, version, ip });
      const opened = { url: url.origin + url.pathname + search + url.hash, ...((ignoreParams || carrier === 'path') && { anyQuery: true }) };
      return token.carry({ hash, params, expires, origin: url.origin, opened: exact ? opened : { prefix } });
    },

    verify(request, now) {
      const url = new URL(request.url);
      const carried = token.read(url);
      if (typeof carried === 'string') return refused[carried];
      const { hash, expires, query, pathname, search } = carried;
      const path = canonicalPath(pathname, pathForm);
      const params = signedParams(query);
      const {
        token_path: folder,
        token_countries: allowed,
        token_countries_blocked: blocked,
      } = Object.fromEntries(params);
      if (path === undefined || Number(expires) > now + maxTtl || (folder === undefined) !== exact)
        return refused.malformed;
      let genuine = 0;
      for (const key of keys) {
        const expected = bunnyHash({ path: folder ?? path, expires, params }, { key, version, ip });
        genuine |= Number(equalInConstantTime(expected, hash));
      }
      const inFolder = folder === undefined || path === folder || path.startsWith(withSlash(folder));
      const inCountry =
        (allowed === undefined || allowed.split(',').includes(country ?? '')) &&
        (blocked === undefined || (country !== undefined && !blocked.split(',').includes(country)));
      if (!genuine || !inFolder || !inCountry) return refused.signature;
      if (Number(expires) < now) return refused.expired;
      return { ok: true, expires: Number(expires), url: url.origin + encodePath(path, pathForm) + search };
    },
  };
}

function withSlash(folder: string): string {
  return folder.endsWith('/') ? folder : `${folder}/`;
}
