import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { prefixOf } from '../format-parts/access-list.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { writeExpiry } from '../format-parts/expiry.ts';
import { checkFolderCount } from '../format-parts/folders.ts';
import { judging } from '../format-parts/judging.ts';
import { folderScope, urlScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import { valueCarrier } from '../format-parts/value-carrier.ts';
import type { ValueCarrierOptions } from '../format-parts/value-carrier.ts';
import type { SignedToken, VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import { canonicalPath } from '../url/canonical-path.ts';
import { jwtSigner } from './jwt-signer.ts';
import type { JwtAlgorithm, JwtKey } from './jwt-signer.ts';
import { refusedClaims } from './jwt-verdict.ts';
import { folderContainer, hashContainer, isNormalized } from './uri-container.ts';
import { judgeUriSigning } from './uri-signing-claims.ts';

export interface UriSigningOptions extends Pick<ValueCarrierOptions, 'cookie'> {
  /** Selects URI Signing for CDN interconnection: its claims, and its name of the parameter or cookie. */
  profile: 'rfc9246';
  /** The first key signs, all keys verify. */
  keys: readonly JwtKey[];
  algorithm: JwtAlgorithm;
  /** The number of folders from the root to the folder that a token opens. @default the folder that the file is in */
  depth?: number;
  /** Whether tokens are for one URI with its query (`hash:`) instead of a folder (`regex:`). @default false */
  exact?: boolean;
  /**
   * `iss`: the first value is written, all values are accepted, with any of the keys.
   *
   * @default none: a token that has an `iss` is refused
   */
  issuer?: string | readonly string[];
  /** `aud`: the first value is written, all values are accepted. @default none: a token that has an `aud` is refused */
  audience?: string | readonly string[];
  /** Renewal by the CDN, as tokens ask for it. @default none */
  renewal?: UriSigningRenewal;
  /** @default 'query' */
  carrier?: 'query' | 'cookie';
  /** The package attribute: name of the parameter or cookie. @default 'URISigningPackage' */
  param?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
}

/** Signed Token Renewal (RFC 9246 section 3): the CDN answers with a cookie that holds the next token. */
export interface UriSigningRenewal {
  /** Lifetime of each renewed token, in seconds (`cdniets`). */
  lifetime: number;
  /** The number of path folders for which the browser sends the cookie (`cdnistd`). @default 0, every path */
  depth?: number;
}

/**
 * Signs and verifies URLs with URI Signing for CDN interconnection (RFC 9246): a JWT whose claim `cdniuc` says what it
 * opens. `verify` judges `cdniuc`, `cdniv`, `exp`, `nbf`, and by options `iss` and `aud`. It refuses tokens with
 * `cdniip`, `cdnicrit` or `jti`, and tokens whose regular expression has groups, alternatives or classes. The verdict
 * names the claim.
 *
 * @throws `ERR_OPTIONS`
 */
export function uriSigning(options: UriSigningOptions): VerifyingTokenFormat {
  checkUriSigningOptions(options);
  const { depth = Infinity, exact = false, renewal, param = 'URISigningPackage', maxTtl = 86_400 } = options;
  const issuer = listOf('issuer', options.issuer);
  const audience = listOf('audience', options.audience);
  const signer = jwtSigner(options.keys, options.algorithm);
  const carrier = valueCarrier([param], options);
  const ownClaims = {
    ...(issuer && { iss: issuer[0] }),
    ...(audience && { aud: audience[0] }),
    ...(renewal && { cdnistt: 1, cdniets: renewal.lifetime, cdnistd: renewal.depth ?? 0 }),
  };

  /** Tells whether a token that this format makes has the same issuer and audience as `claims`, and no renewal. */
  const isMadeAlike = ({ iss, aud }: Readonly<Record<string, unknown>>): boolean =>
    renewal === undefined && iss === issuer?.[0] && aud === audience?.[0];

  /** Returns the query without a token. @throws `ERR_OPTIONS` for a URL that the format does not sign */
  const searchToSign = (url: URL): string => {
    pathToSign(url, 'raw');
    const search = carrier.searchOf(url);
    if (!isNormalized(url.pathname + search))
      throw optionsError('url', 'Write escapes in capitals, as in %C3%A9, and characters that need none without.');
    return search;
  };
  const seal = async (
    opened: Pick<SignedToken, 'url' | 'prefix'>,
    cdniuc: string,
    expires: number,
  ): Promise<SignedToken> => {
    writeExpiry(expires);
    return carrier.token(opened, expires, { [param]: await signer.sign({ ...ownClaims, cdniuc }, expires) });
  };
  const signAlone = (url: URL, expires: number): Promise<SignedToken> => {
    const uri = url.origin + url.pathname + searchToSign(url);
    return seal({ url: uri + url.hash }, hashContainer(uri), expires);
  };

  return {
    name: 'rfc9246',
    scope: exact ? 'url' : 'prefix',
    maxTtl,
    ...carrier.places,

    opens(url) {
      const search = searchToSign(url);
      return exact ? urlScope(url, search) : folderScope(url, prefixOf(url, depth).slice(url.origin.length));
    },

    async sign(url, expires) {
      if (exact) return signAlone(url, expires);
      searchToSign(url);
      const prefix = prefixOf(url, depth);
      return seal({ prefix }, folderContainer(prefix), expires);
    },
    ...(!exact && { signExactly: signAlone }),

    verify: judging(async (sent, now) => {
      const { origin, pathname } = sent.url;
      const carried = canonicalPath(pathname, 'raw') === undefined ? undefined : carrier.read(sent);
      if (!carried) return refused.malformed;
      const [token] = carried.values;
      if (!token) return refused.missing;
      const url = origin + pathname + carried.search;
      if (!isNormalized(url)) return refused.malformed;
      const claims = await signer.read(token);
      if (typeof claims === 'string') return refused[claims];
      const judged = judgeUriSigning(claims, { uri: url, issuer, audience });
      if ('ok' in judged) return judged;
      const refusal = refusedClaims(claims, {}, { now, maxTtl });
      if (refusal) return refusal;
      // A token of this format in its place would open more, would have no start time, or could be renewed.
      const conditional = !judged.isOurs || claims.nbf !== undefined || !isMadeAlike(claims);
      return { ok: true, expires: claims.exp, url, carriers: carried.carriers, conditional };
    }),
  };
}

function checkUriSigningOptions(options: UriSigningOptions): void {
  checkNames(options, {
    profile: true,
    keys: true,
    algorithm: true,
    depth: true,
    exact: true,
    issuer: true,
    audience: true,
    renewal: true,
    carrier: true,
    cookie: true,
    param: true,
    maxTtl: true,
  });
  const { depth = Infinity, exact, renewal, carrier = 'query', maxTtl = 86_400 } = options;
  checkTimes({ maxTtl });
  checkFolderCount(depth);
  if (exact === true && options.depth !== undefined)
    throw optionsError('depth', 'With `exact`, a token opens one URI. Leave one of the two out.');
  if (!['query', 'cookie'].includes(carrier))
    throw optionsError('carrier', "RFC 9246 knows 'query' and 'cookie'. Give one of them.");
  if (renewal === undefined) return;
  checkNames(renewal, { lifetime: true, depth: true }, 'renewal');
  if (!(Number.isSafeInteger(renewal.lifetime) && renewal.lifetime >= 1))
    throw optionsError('renewal.lifetime', 'Give seconds, a whole number, 1 or more.', renewal.lifetime);
  const { depth: cookieDepth = 0 } = renewal;
  if (!(Number.isSafeInteger(cookieDepth) && cookieDepth >= 0))
    throw optionsError('renewal.depth', 'Give a number of folders, 0 or more.', cookieDepth);
}

function listOf(option: string, names: string | readonly string[] | undefined): readonly string[] | undefined {
  if (names === undefined) return undefined;
  const list: readonly unknown[] = [names].flat();
  if (list.length === 0 || !list.every((name) => typeof name === 'string' && name !== ''))
    throw optionsError(option, 'Give a name, or a list of names.', names);
  return list as readonly string[];
}
