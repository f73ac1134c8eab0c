import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { writeExpiry } from '../format-parts/expiry.ts';
import { judging } from '../format-parts/judging.ts';
import { pathScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import { valueCarrier } from '../format-parts/value-carrier.ts';
import type { ValueCarrierOptions } from '../format-parts/value-carrier.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import { canonicalPath } from '../url/canonical-path.ts';
import { parsedUrl } from '../url/judged-url.ts';
import type { Scope } from '../url/scope.ts';
import { jwtSigner } from './jwt-signer.ts';
import type { JwtAlgorithm, JwtKey } from './jwt-signer.ts';
import { hasFurtherClaims, refusedAudience, refusedClaims, refusedUnjudged } from './jwt-verdict.ts';
import { uriSigning } from './uri-signing.ts';
import type { UriSigningOptions } from './uri-signing.ts';
import { checkNotBefore, unwritable, writtenClaims } from './written-claims.ts';

export interface JwtOptions extends ValueCarrierOptions {
  /** Leave it out for claims of your own; see `UriSigningOptions` for the claims of a standard. */
  profile?: undefined;
  /** The first key signs, all keys verify. */
  keys: readonly JwtKey[];
  algorithm: JwtAlgorithm;
  /**
   * Returns the claims that say what is opened, for a URL without its query; `undefined` for a URL that is not to be
   * signed. If a claim is `undefined`, `NaN`, infinite or an invalid date, the URL is not signed either. In all these
   * cases, and if the function throws, `verify` takes the URL for malformed. Return a plain object of JSON values.
   * `sign` throws `ERR_OPTIONS` for an object of a class without `toJSON`, a promise, a function, a circular reference,
   * a list with names or gaps, and for the claim `exp`.
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
 * Signs and verifies each URL with a JWT, for CDNs and for edges of your own. `verify` demands that the token has every
 * claim that `claims` returns for the requested URL, with the same value, and refuses tokens with an `aud` that
 * `claims` does not return. It ignores other claims; an edge with `signPlaylists` makes no other token from a token
 * with such claims. Tokens with `crit` or `b64` in their header, without an `exp`, or with an `nbf` that is not a
 * number are malformed. The claim `jti` is the id of a session.
 *
 * With `profile: 'rfc9246'`, the claims of URI Signing replace `claims` and `opens`.
 *
 * @throws `ERR_OPTIONS`
 */
export function jwt(options: JwtOptions | UriSigningOptions): VerifyingTokenFormat {
  const { profile } = options as { profile?: unknown };
  if (profile === undefined) {
    const own = options as JwtOptions;
    return ownJwt({ ...own, claims: (url) => wholeClaims(own.claims(url)) });
  }
  if (profile === 'rfc9246') return uriSigning(options as UriSigningOptions);
  throw optionsError('profile', "This is unknown. Give 'rfc9246', or leave it out for claims of your own.", profile);
}

/** @param unjudged claims that only the CDN can judge: `verify` refuses tokens that have them */
export function ownJwt(options: JwtOptions, unjudged: readonly string[] = []): VerifyingTokenFormat {
  checkNames(options, {
    profile: true,
    keys: true,
    algorithm: true,
    claims: true,
    opens: true,
    carrier: true,
    cookie: true,
    param: true,
    maxTtl: true,
  });
  const { claims, opens = pathScope, param = 'token', maxTtl = 86_400 } = options;
  checkTimes({ maxTtl });
  const signer = jwtSigner(options.keys, options.algorithm);
  const carrier = valueCarrier([param], options);

  /** Returns the claims for a URL. @throws `ERR_OPTIONS` for a URL that the format does not sign */
  const claimsToSign = (url: URL): Readonly<Record<string, unknown>> => {
    pathToSign(url, 'raw');
    carrier.searchOf(url);
    const found = claims(withoutQuery(url));
    if (!found)
      throw optionsError('url', '`claims` returned nothing for this URL. Return claims, or sign another URL.');
    return found;
  };

  return {
    name: 'jwt',
    scope: 'url',
    maxTtl,
    ...carrier.places,
    carriesSession: true,

    opens(url) {
      claimsToSign(url);
      return checkedScope(opens(withoutQuery(url)), url);
    },

    async sign(url, expires, session) {
      const own = claimsToSign(url);
      // `verify` would demand the app's own `jti`, and would report no session.
      if (session !== undefined && Object.hasOwn(own, 'jti'))
        throw optionsError('claims', '`jti` is the id of the session here. Leave it out, or sign without `sessions`.');
      const found = { ...own, ...(session !== undefined && { jti: session }) };
      writeExpiry(expires);
      const bare = url.origin + url.pathname + carrier.searchOf(url) + url.hash;
      return carrier.token({ url: bare, anyQuery: true }, expires, { [param]: await signer.sign(found, expires) });
    },

    verify: judging(async (sent, now) => {
      const carried = carrier.read(sent);
      if (!carried) return refused.malformed;
      if (!carried.values[0]) return refused.missing;
      const { origin, pathname } = sent.url;
      const expected = canonicalPath(pathname, 'raw') === undefined ? undefined : claimsOrNone(claims, sent.url);
      if (!expected) return refused.malformed;
      const found = await signer.read(carried.values[0]);
      if (typeof found === 'string') return refused[found];
      const restricting = unjudged.find((name) => found[name] !== undefined);
      if (restricting !== undefined) return refusedUnjudged(restricting);
      const url = origin + pathname + carried.search;
      const refusal = refusedAudience(found, expected) ?? refusedClaims(found, expected, { now, maxTtl });
      if (refusal) return refusal;
      // An app's own `jti` is not the id of a session.
      const session = Object.hasOwn(expected, 'jti') ? undefined : found.jti;
      const conditional = hasFurtherClaims(found, expected);
      const granted = { ok: true, expires: found.exp, url, carriers: carried.carriers, conditional } as const;
      return { ...granted, ...(typeof session === 'string' && { session }) };
    }),
  };
}

/**
 * Returns the claims as JSON writes them.
 *
 * @throws `ERR_OPTIONS`: about the URL for a claim without a value; about `claims` for a value that can never be a
 *   claim, and for `exp`, which `verify` would compare with that of the token
 */
function wholeClaims(claims: ReturnType<JwtOptions['claims']>): ReturnType<JwtOptions['claims']> {
  if (!claims) return undefined;
  const written = writtenClaims(claims, (place, isMissing) => {
    if (place === undefined) {
      return optionsError(
        'claims',
        'Return a plain object without hidden members, not a promise, a list or an object of a class.',
      );
    }
    return isMissing
      ? optionsError(
          'url',
          `\`claims\` returned undefined, NaN, Infinity or an invalid date at '${place}'. ` +
            'Return undefined instead of the claims for a URL that is not signed.',
        )
      : optionsError('claims', unwritable(place));
  });
  if (Object.hasOwn(written, 'exp')) throw optionsError('claims', '`exp` is made by the format itself. Leave it out.');
  checkNotBefore(written, 'claims');
  return written;
}

function withoutQuery({ origin, pathname }: URL): URL {
  return new URL(origin + pathname);
}

/**
 * Returns the claims for a URL; `undefined` if the app's function throws. A stranger chooses the URL: a URL that the
 * function cannot read is no reason to fail.
 */
function claimsOrNone(claims: JwtOptions['claims'], url: URL): Readonly<Record<string, unknown>> | undefined {
  try {
    return claims(withoutQuery(url));
  } catch {
    return undefined;
  }
}

/** @throws `ERR_OPTIONS` for a value that is not a scope on the origin of `url` */
function checkedScope(scope: Scope, url: URL): Scope {
  const { kind, href, parts } = scope;
  const target = parsedUrl(href);
  const isWhole = kind !== 'folder' || target?.pathname.endsWith('/') === true;
  const isKind = ['url', 'path', 'folder'].includes(kind) && isWhole;
  if (!isKind || target?.origin !== url.origin || (kind !== 'url' && target.search !== '')) {
    throw optionsError(
      'opens',
      "This is not a scope on the origin of the URL. Return { kind, href } with kind 'url', 'path' or 'folder'.",
    );
  }
  return { kind, href: target.href, ...(parts && { parts: parts.map((part) => checkedScope(part, url)) }) };
}
