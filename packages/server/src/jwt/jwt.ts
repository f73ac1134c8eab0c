import { canonicalPath } from '../canonical-path.ts';
import { valueCarrier } from '../formats/value-carrier.ts';
import type { ValueCarrierOptions } from '../formats/value-carrier.ts';
import { optionsError } from '../options-error.ts';
import type { TokenFormat } from '../token-format.ts';
import { refused } from '../verdict.ts';
import { jwtSigner } from './jwt-signer.ts';
import type { JwtAlgorithm, JwtKey } from './jwt-signer.ts';
import { refusedClaims } from './jwt-verdict.ts';

export interface JwtOptions extends ValueCarrierOptions {
  /** The first one signs, all of them verify. */
  keys: readonly JwtKey[];
  algorithm: JwtAlgorithm;
  /** The claims that say what is opened, for a URL without its query; `undefined` for a URL that is not signed. */
  claims: (url: URL) => Readonly<Record<string, unknown>> | undefined;
  /** Name of the parameter, cookie or header. @default 'token' */
  param?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
}

/**
 * A JWT a URL, for CDNs and for edges of your own. `verify` demands that the token has every claim that `claims` makes of
 * the URL that is asked for, with the same value.
 *
 * @throws `ERR_OPTIONS`
 */
export function jwt(options: JwtOptions): TokenFormat {
  const { claims, param = 'token', maxTtl = 86_400 } = options;
  const signer = jwtSigner(options.keys, options.algorithm);
  const carrier = valueCarrier([param], options);

  return {
    name: 'jwt',
    scope: 'url',
    maxTtl,

    async sign(url, expires) {
      if (canonicalPath(url.pathname, 'raw') === undefined) {
        throw optionsError('url', 'this path has more than one reading and is never signed');
      }
      if (!/^[1-9]\d{9}$/.test(String(expires))) throw optionsError('expires', 'give unix seconds, ten digits');
      const bare = url.origin + url.pathname + carrier.searchOf(url) + url.hash;
      const opened = claims(new URL(url.pathname, url));
      if (!opened) throw optionsError('url', '`claims` has none for it');
      return carrier.token({ url: bare, anyQuery: true }, expires, { [param]: await signer.sign(opened, expires) });
    },

    async verify(request, now) {
      const carried = carrier.read(request);
      if (!carried) return refused.malformed;
      if (!carried.values[0]) return refused.missing;
      const { origin, pathname } = new URL(request.url);
      const expected = canonicalPath(pathname, 'raw') === undefined ? undefined : claims(new URL(origin + pathname));
      if (!expected) return refused.malformed;
      const found = await signer.read(carried.values[0]);
      const refusal = refusedClaims(found, expected, { now, maxTtl });
      return (
        refusal ?? {
          ok: true,
          expires: found?.exp ?? 0,
          url: origin + pathname + carried.search,
          carriers: carried.carriers,
        }
      );
    },
  };
}
