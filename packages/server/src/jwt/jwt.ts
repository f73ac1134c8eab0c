import type { SecretOptions } from '../crypto/secret-list.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { bearerCarrier, valueCarrier } from '../format-parts/carriers.ts';
import type { Carrier, ValueCarrierOptions } from '../format-parts/carriers.ts';
import { judging } from '../format-parts/cdn-format.ts';
import { folderOf, folderScope, hasFolders, openedFolder, openedUrl, pathScope } from '../format-parts/opened-scope.ts';
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

export interface JwtOptions extends Omit<ValueCarrierOptions, 'carrier'> {
  /** The first key signs, all keys verify. */
  keys: readonly JwtKey[];
  algorithm: JwtAlgorithm;
  /** `bearer` is the header `Authorization: Bearer …`. @default 'query' */
  carrier?: ValueCarrierOptions['carrier'] | 'bearer';
  /**
   * The number of folders from the root to the folder that a token opens, with all below it: 2 for `/vod/7/`. A token
   * for a path with fewer folders is for the folder that the path has. A player uses it for this path alone.
   *
   * @default none: a token opens one path, or what `opens` says
   */
  depth?: number;
  /**
   * Returns the claims that say what is opened, for a URL without its query; `undefined` for a URL that is not to be
   * signed. If a claim is `undefined` or `NaN`, the URL is not signed either. In all these cases, and if the function
   * throws, `verify` takes the URL for malformed. Claims are compared as `JSON.stringify` writes them: `sign` throws
   * `ERR_OPTIONS` for what that loses or changes (a date, an object of a class, a promise, a function, a list with names
   * or gaps), and for the claim `exp`. With `depth`, the function gets the URL of the folder.
   *
   * @default with `depth`, the claim `folder` with the path of the folder, such as `/vod/7/`. `verify` accepts a token
   *   for each path that begins with its `folder`. Without `depth`, there is no default
   */
  claims?: (url: URL) => Readonly<Record<string, unknown>> | undefined;
  /**
   * Returns what the claims for a URL open, for a URL without its query. Pass this function if the claims name more
   * than the path, such as a folder or an id, so that the signing endpoint knows what it grants. The scope must hold
   * all URLs that have the same claims. The `href` is on the origin of `url`; that of a folder ends with a slash.
   *
   * @default the path, with any query; with `depth` the folder
   */
  opens?: (url: URL) => Scope;
  /** Name of the parameter, cookie or header; not for `bearer`. @default 'token' */
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
  const { claims: give } = options;
  if (typeof give !== 'function') return jwtFormat(options, { name: 'jwt' });
  const claims = (url: URL): Claims | undefined => {
    const found: unknown = give(url);
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
  const { keys, algorithm, claims, depth, opens, param, maxTtl } = option.readOptions(options, {
    keys: option.keyEntries,
    algorithm: option.oneOf(['RS256', 'ES256', 'HS256']),
    claims: option.reader<ClaimsOfUrl, ClaimsOfUrl>(
      (value) => typeof value === 'function',
      'Give a function that returns the claims, or `depth`.',
      ...(options.depth === undefined ? [] : [folderClaims]),
    ),
    depth: option.optional(option.folderDepth),
    opens: option.hook,
    ...option.carrier,
    param: option.nameOr('token'),
    maxTtl: option.maxLifetime,
  });
  const signer = jws(keys, algorithm);
  const carrier = carrierOf(param, options);
  /** Returns what the claims are about: the folder, or the URL without its query. */
  const subject = ({ origin, pathname }: URL): URL =>
    new URL(origin + (depth === undefined ? pathname : folderOf(pathname, depth)));

  /** A stranger chooses the URL of a request: a URL that the app's function cannot read is no reason to fail. */
  const claimsToExpect = (url: URL): Claims | undefined => {
    try {
      return canonicalPath(url.pathname, 'raw') === undefined ? undefined : claims(subject(url));
    } catch {
      return undefined;
    }
  };

  return {
    ...signingFormat({
      name,
      scope: depth === undefined ? 'url' : 'prefix',
      maxTtl,
      pathForm: 'raw',
      carrier,
      carriesSession: true,

      open({ url, search }) {
        const own = claims(subject(url));
        const isFolder = depth !== undefined && hasFolders(url.pathname, depth);
        if (own) return { opened: isFolder ? openedFolder(url, depth) : openedUrl(url, search, true), own };
        throw optionsError('url', '`claims` returned nothing for this URL. Return claims, or sign another URL.');
      },
      scopeOf(_, url) {
        if (!opens) return depth === undefined ? pathScope(url) : folderScope(url, folderOf(url.pathname, depth));
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
      const own = claimsToExpect(sent.url);
      if (!own) return refused.malformed;
      const found = await signer.read(carried.values[0]!);
      if (typeof found === 'string') return refused[found];
      const isAbove = claims === folderClaims && isFolderAbove(found.folder, sent.url.pathname);
      const expected = isAbove ? { folder: found.folder } : own;
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

type ClaimsOfUrl = (url: URL) => Claims | undefined;

const folderClaims: ClaimsOfUrl = ({ pathname }) => ({ folder: pathname });

/** @throws `ERR_OPTIONS` */
function carrierOf(param: string, { carrier, ...options }: JwtOptions): Carrier {
  if (carrier !== 'bearer') return valueCarrier([param], { ...options, ...(carrier && { carrier }) });
  if (options.param !== undefined)
    throw optionsError('param', "The carrier 'bearer' is always the header `Authorization`. Leave `param` out.");
  return bearerCarrier(param);
}

/** Whether a claim is the path of a folder that contains a path. */
function isFolderAbove(folder: unknown, path: string): boolean {
  return typeof folder === 'string' && folder.endsWith('/') && path.startsWith(folder);
}

function withoutQuery({ origin, pathname }: URL): URL {
  return new URL(origin + pathname);
}
