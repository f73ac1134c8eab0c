import type { SecretOptions } from '../crypto/secret-list.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { valueCarrier } from '../format-parts/carriers.ts';
import type { ValueCarrierOptions } from '../format-parts/carriers.ts';
import { judging } from '../format-parts/cdn-format.ts';
import { openedUrl, pathScope } from '../format-parts/opened-scope.ts';
import { signingFormat } from '../format-parts/signing-format.ts';
import { withSecrets } from '../format-parts/with-secrets.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import { canonicalPath } from '../url/canonical-path.ts';
import type { Scope } from '../url/scope.ts';
import { hasFurtherClaims, refusedClaims, checkedClaims } from './claims.ts';
import type { Claims } from './claims.ts';
import { jws } from './jws.ts';
import type { JwtAlgorithm, JwtKey } from './jws.ts';

export interface JwtOptions extends ValueCarrierOptions {
  /** The first key signs, all keys verify. */
  keys: readonly JwtKey[];
  algorithm: JwtAlgorithm;
  /**
   * Returns the claims that say what is opened, for a URL without its query; `undefined` for a URL that is not to be
   * signed. If a claim is `undefined` or `NaN`, the URL is not signed either. In all these cases, and if the function
   * throws, `verify` takes the URL for malformed. Claims are compared as `JSON.stringify` writes them: `sign` throws
   * `ERR_OPTIONS` for what that loses or changes (a date, an object of a class, a promise, a function, a list with names
   * or gaps), and for the claim `exp`.
   */
  claims: (url: URL) => Readonly<Record<string, unknown>> | undefined;
  /**
   * Returns what the claims for a URL open, for a URL without its query. Pass this function if the claims name more
   * than the path, such as a folder or an id, so that the signing endpoint knows what it grants. The scope must hold
   * all URLs that have the same claims. The `href` is on the origin of `url`; that of a folder ends with a slash.
   *
   * @default the path, with any query
   */
  opens?: (url: URL) => Scope;
  /** Name of the parameter, cookie or header. @default 'token' */
  param?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
}

/**
 * Signs and verifies each URL with a JWT (RFC 7519), for CDNs and for edges of your own. `verify` demands that the token
 * has every claim that `claims` returns for the requested URL, with the same value, and refuses tokens with an `aud`
 * that `claims` does not return. It ignores other claims; an edge with `signPlaylists` makes no other token from a token
 * with such claims. Tokens with `crit` or `b64` in their header, with a member twice, without an `exp`, or with an `exp`
 * or `nbf` that is not a whole number are malformed. The claim `jti` is the id of a session.
 *
 * @throws `ERR_OPTIONS`
 */
export function jwt(options: JwtOptions): VerifyingTokenFormat {
  const claims = (url: URL): Claims | undefined => {
    const found: unknown = options.claims(url);
    return found ? checkedClaims('claims', found, ['exp']) : undefined;
  };
  return jwtFormat({ ...options, claims }, { name: 'jwt' });
}

export type JwPlayerOptions = SecretOptions & {
  /** @default 86400 seconds */
  maxTtl?: number;
};

/**
 * Signs and verifies JW Player signed JWT URLs: `?token=` with the claim `resource`, for properties with "Secure video
 * URLs" and their API secret.
 *
 * @throws `ERR_OPTIONS`
 */
export function jwPlayer(options: JwPlayerOptions): VerifyingTokenFormat {
  const { maxTtl } = option.readOptions(options, { ...option.secrets, maxTtl: option.maxLifetime });
  const claims = ({ pathname }: URL): Claims => ({ resource: pathname });
  return withSecrets(options, (secrets) => {
    const keys = secrets.map((key) => ({ key }));
    return jwtFormat({ keys, algorithm: 'HS256', claims, maxTtl }, { name: 'jw-player' });
  });
}

interface OwnRules {
  readonly name: string;
  /** Claims that are written and not compared. */
  readonly written?: Claims;
  /** Claims that only the CDN can judge: `verify` refuses tokens that have them. */
  readonly unjudged?: readonly string[];
}

/**
 * Makes the format of each CDN whose tokens are JWTs in a parameter.
 *
 * @param options with claims as JSON writes them
 * @throws `ERR_OPTIONS`
 */
export function jwtFormat(options: JwtOptions, { name, written = {}, unjudged = [] }: OwnRules): VerifyingTokenFormat {
  const {
    keys,
    algorithm,
    claims,
    opens = pathScope,
    param,
    maxTtl,
  } = option.readOptions(options, {
    keys: option.keyEntries,
    algorithm: option.oneOf(['RS256', 'ES256', 'HS256']),
    claims: option.given,
    opens: option.hook,
    ...option.carrier,
    param: option.nameOr('token'),
    maxTtl: option.maxLifetime,
  });
  const signer = jws(keys, algorithm);
  const carrier = valueCarrier([param], options);

  /** A stranger chooses the URL of a request: a URL that the app's function cannot read is no reason to fail. */
  const claimsToExpect = (url: URL): Claims | undefined => {
    try {
      return canonicalPath(url.pathname, 'raw') === undefined ? undefined : claims(withoutQuery(url));
    } catch {
      return undefined;
    }
  };

  return {
    ...signingFormat({
      name,
      scope: 'url',
      maxTtl,
      pathForm: 'raw',
      carrier,
      carriesSession: true,

      open({ url, search }) {
        const own = claims(withoutQuery(url));
        if (own) return { opened: openedUrl(url, search, true), own };
        throw optionsError('url', '`claims` returned nothing for this URL. Return claims, or sign another URL.');
      },
      scopeOf(_, url) {
        const scope = opens(withoutQuery(url)) as Scope | undefined;
        if (scope) return scope;
        throw optionsError('opens', 'It returned nothing. Return a scope for every URL that `claims` has claims for.');
      },
      async texts({ own }, expires, session) {
        // `verify` would demand the app's own `jti`, and would report no session.
        if (session !== undefined && Object.hasOwn(own, 'jti'))
          throw optionsError('claims', '`jti` is the id of the session. Leave it out, or sign without `sessions`.');
        const id = session !== undefined && { jti: session };
        return { [param]: await signer.sign({ ...own, ...written, ...id }, expires) };
      },
    }),

    verify: judging(async (sent, now) => {
      const carried = carrier.read(sent);
      if (typeof carried === 'string') return refused[carried];
      const expected = claimsToExpect(sent.url);
      if (!expected) return refused.malformed;
      const found = await signer.read(carried.values[0]!);
      if (typeof found === 'string') return refused[found];
      const refusal = refusedClaims(found, expected, { now, maxTtl, unjudged });
      if (refusal) return refusal;
      // An app's own `jti` is not the id of a session.
      const session = Object.hasOwn(expected, 'jti') ? undefined : found.jti;
      return {
        ok: true,
        expires: found.exp,
        url: sent.url.origin + sent.url.pathname + carried.search,
        conditional: hasFurtherClaims(found, expected),
        session: typeof session === 'string' ? session : undefined,
      };
    }),
  };
}

function withoutQuery({ origin, pathname }: URL): URL {
  return new URL(origin + pathname);
}
