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
import { parsedUrl } from '../url/parsed-url.ts';
import type { Scope } from '../url/scope.ts';
import { jwtSigner } from './jwt-signer.ts';
import type { JwtAlgorithm, JwtKey } from './jwt-signer.ts';
import { hasFurtherClaims, refusedAudience, refusedClaims, refusedUnjudged } from './jwt-verdict.ts';
import { uriSigning } from './uri-signing.ts';
import type { UriSigningOptions } from './uri-signing.ts';
import { checkNotBefore, unwritable, writtenClaims } from './written-claims.ts';

export interface JwtOptions extends ValueCarrierOptions {
  /** Left out for claims of your own; see `UriSigningOptions` for those of a standard. */
  profile?: undefined;
  /** The first one signs, all of them verify. */
  keys: readonly JwtKey[];
  algorithm: JwtAlgorithm;
  /**
   * The claims that say what is opened, for a URL without its query; `undefined` for a URL that is not signed. In
   * `verify`, a URL for which it throws is malformed. A URL is not signed either, and malformed, if a claim is
   * `undefined`, `NaN`, infinite or an invalid date. Return a plain object of what JSON has; an object of a class,
   * other than one with `toJSON`, a promise, a function, a circle, a list with names or gaps, and `exp` are
   * `ERR_OPTIONS`. Return `aud` to accept tokens that have one.
   */
  claims: (url: URL) => Readonly<Record<string, unknown>> | undefined;
  /**
   * Returns what the claims for a URL open, for a URL without its query. Pass this function if the claims name more
   * than the path, such as a folder or an id, so that the signing endpoint knows what it grants: never less than the
   * URLs that have the same claims. The `href` is on the origin of `url`; that of a folder ends with a slash.
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
 * A JWT a URL, for CDNs and for edges of your own. `verify` demands that the token has every claim that `claims` makes
 * of the URL that is asked for, with the same value, and refuses tokens with an `aud` that `claims` does not make. It
 * ignores other claims; an edge with `signPlaylists` makes no other token of one that has some. Tokens with `crit` or
 * `b64` in their header, without an `exp`, or with an `nbf` that is no number are malformed. The id of a session is
 * their `jti`.
 *
 * With `profile: 'rfc9246'`, the claims are those of URI Signing, and take the place of `claims` and `opens`.
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

  /** @throws `ERR_OPTIONS` for a URL that is not signed */
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
      // `verify` would demand the team's own, and tell it as the session.
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
      // A `jti` of the team's own is the id of no session.
      const session = Object.hasOwn(expected, 'jti') ? undefined : found.jti;
      const conditional = hasFurtherClaims(found, expected);
      const granted = { ok: true, expires: found.exp, url, carriers: carried.carriers, conditional } as const;
      return { ...granted, ...(typeof session === 'string' && { session }) };
    }),
  };
}

/**
 * @throws `ERR_OPTIONS`, about the URL for a claim that has no value, and about `claims` for what is never one and for
 *   `exp`, with which `verify` would compare that of the token
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

/** A stranger chooses the URL: one that the team's function cannot read is no reason to fail. */
function claimsOrNone(claims: JwtOptions['claims'], url: URL): Readonly<Record<string, unknown>> | undefined {
  try {
    return claims(withoutQuery(url));
  } catch {
    return undefined;
  }
}

/** @throws `ERR_OPTIONS` for what is no scope on the origin of `url` */
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
