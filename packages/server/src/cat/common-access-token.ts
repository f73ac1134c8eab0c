import { utf8ToBytes } from '@noble/hashes/utils.js';
import { hexKeys } from '../crypto/hex-keys.ts';
import { utf8Text } from '../crypto/utf8-text.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { prefixOf } from '../format-parts/access-list.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { writeExpiry } from '../format-parts/expiry.ts';
import { checkFolderCount, folderOf } from '../format-parts/folders.ts';
import { judging } from '../format-parts/judging.ts';
import { folderScope, pathScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import { valueCarrier } from '../format-parts/value-carrier.ts';
import type { ValueCarrierOptions } from '../format-parts/value-carrier.ts';
import type { SignedToken, VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import { canonicalPath } from '../url/canonical-path.ts';
import {
  ipClaim,
  label,
  limitsOf,
  meetsClaims,
  meetsUri,
  pathOfConditions,
  readClaims,
  uriConditions,
} from './cat-claims.ts';
import type { UriConditions } from './cat-claims.ts';
import { coseKey, openClaims, sealClaims } from './cose-mac.ts';
import type { CborClaims } from './cose-mac.ts';

export interface CommonAccessTokenOptions extends ValueCarrierOptions {
  /** HMAC keys in hex with their ids; the first one signs, all of them verify. */
  keys: readonly { id: string; key: string }[];
  /** `iss` */
  issuer?: string;
  /** Opens the path asked for alone. @default false: its folder and all below */
  exact?: boolean;
  /** How many folders of the path asked for make the folder that is opened. @default all */
  depth?: number;
  /**
   * `catu` of your own for every token, or `'any'` for none. Without an exact host in it, a token opens what it names
   * on every host with the same keys, while `opens` names the host that was asked for: say the host (part 1) to bind
   * it.
   */
  uri?: UriConditions | 'any';
  /** CIDR ranges of the clients that may use the token (`catnip`). */
  ipRanges?: readonly string[];
  /** For `verify`: the client's address; without it, tokens with ranges are refused. See `SecureLinkOptions`. */
  ip?: string;
  /** More claims by number, such as `catr` (323); none that another option makes. */
  claims?: CborClaims;
  /** @default 'cat' in the query, 'CTA-Common-Access-Token' in a header or cookie */
  param?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
}

/**
 * Common Access Token (CTA-5007): CBOR claims under a COSE MAC with HMAC-SHA256. `verify` understands `iss`, `exp`,
 * `nbf`, `iat`, `cti`, `catv`, `catnip`, `catu` (exact, prefix, suffix, contains), `catm` and `catr`, and refuses a
 * token with any other claim. `catm` has to allow GET and HEAD; `catr` is for your edge to act on.
 *
 * @throws `ERR_OPTIONS`
 */
export function commonAccessToken(options: CommonAccessTokenOptions): VerifyingTokenFormat {
  checkNames(options, {
    keys: true,
    issuer: true,
    exact: true,
    depth: true,
    uri: true,
    ipRanges: true,
    ip: true,
    claims: true,
    carrier: true,
    cookie: true,
    param: true,
    maxTtl: true,
  });
  const { issuer, exact = false, depth = Infinity, uri, ipRanges, ip, claims: more, maxTtl = 86_400 } = options;
  const { carrier: kind = 'query', param = kind === 'query' ? 'cat' : 'CTA-Common-Access-Token' } = options;
  if (options.keys.length === 0)
    throw optionsError('keys', 'Give at least one key. The first one signs.', options.keys);
  const keys = options.keys.map(({ id, key }) => coseKey(id, hexKeys({ key })[0]!));
  const carrier = valueCarrier([param], options);
  checkTimes({ maxTtl });
  checkFolderCount(depth);
  if (uri !== undefined && uri !== 'any' && !(uri instanceof Map))
    throw optionsError('uri', "Give a Map, or 'any'.", uri);
  if (uri !== undefined && exact) throw optionsError('uri', '`uri` and `exact` are both given. Give one of them.');
  const ranges = ipRanges && ipClaim(ipRanges);
  const isAlone = exact || uri instanceof Map;

  /** The conditions of a token for `url`. @throws `ERR_OPTIONS` for a URL that is not signed */
  const conditionsFor = (url: URL): UriConditions | 'any' => {
    const path = pathToSign(url, 'raw');
    carrier.searchOf(url);
    const conditions = uri ?? uriConditions(url, exact ? path : folderOf(path, depth), exact);
    if (conditions !== 'any' && !meetsUri(url, conditions))
      throw optionsError('url', 'the conditions of `uri` do not open this URL. Change them, or sign another URL.');
    return conditions;
  };
  const ownClaims = (conditions: UriConditions | 'any', expires: number): CborClaims =>
    new Map<number, unknown>([
      ...(issuer === undefined ? [] : ([[label.issuer, issuer]] as const)),
      [label.expires, expires],
      ...(conditions === 'any' ? [] : ([[label.uri, conditions]] as const)),
      ...(ranges ? ([[label.ipRanges, ranges]] as const) : []),
    ]);
  const taken = [...ownClaims(uri ?? new Map(), 0).keys(), label.version].find((each) => more?.has(each));
  if (taken !== undefined) throw optionsError('claims', `claim ${taken} comes from another option. Leave it out here.`);

  const tokenOf = (
    opened: Pick<SignedToken, 'url' | 'prefix' | 'anyQuery'>,
    conditions: UriConditions | 'any',
    { expires, session }: { expires: number; session: string | undefined },
  ): SignedToken => {
    writeExpiry(expires);
    const id = session === undefined ? [] : ([[label.id, utf8ToBytes(session)]] as const);
    const claims = new Map<number, unknown>([
      ...ownClaims(conditions, expires),
      ...id,
      ...(more ?? []),
      [label.version, 1],
    ]);
    return carrier.token(opened, expires, { [param]: sealClaims(claims, keys[0]!) });
  };
  const ownLimits = limitsOf(new Map([...ownClaims('any', 0), ...(more ?? [])]));

  return {
    name: 'common-access-token',
    scope: isAlone ? 'url' : 'prefix',
    maxTtl,
    ...carrier.places,
    carriesSession: true,

    opens(url) {
      const conditions = conditionsFor(url);
      const { path, isFolder } = conditions === 'any' ? { path: '/', isFolder: true } : pathOfConditions(conditions);
      return isFolder ? folderScope(url, path) : pathScope(url);
    },

    sign(url, expires, session) {
      const conditions = conditionsFor(url);
      const alone = {
        url: url.origin + url.pathname + carrier.searchOf(url) + url.hash,
        anyQuery: !(uri instanceof Map),
      };
      const opened = isAlone ? alone : { prefix: prefixOf(url, uri === 'any' ? 0 : depth) };
      return tokenOf(opened, conditions, { expires, session });
    },
    ...(!exact && {
      signExactly(url: URL, expires: number, session?: string) {
        const path = pathToSign(url, 'raw');
        const alone = { url: url.origin + path + carrier.searchOf(url) + url.hash, anyQuery: true };
        // what `uri` does not open has no token of its own either, and what it demands beside the path stays
        const own = conditionsFor(url);
        const conditions = uriConditions(url, path, true);
        return tokenOf(alone, new Map([...(own === 'any' ? [] : own), ...conditions]), { expires, session });
      },
    }),

    verify: judging((sent, now) => {
      const carried = carrier.read(sent);
      if (!carried) return refused.malformed;
      if (!carried.values[0]) return refused.missing;
      const { origin, pathname } = sent.url;
      if (canonicalPath(pathname, 'raw') === undefined) return refused.malformed;
      const opened = openClaims(carried.values[0], keys);
      if (typeof opened === 'string') return refused[opened];
      const claims = readClaims(opened);
      if (!claims || claims.expires > now + maxTtl || claims.notBefore > now) return refused.malformed;
      const url = new URL(origin + pathname + carried.search);
      if (!meetsClaims(claims, { url, ip, expected: issuer })) return refused.signature;
      if (claims.expires < now) return refused.expired;
      const conditional = limitsOf(opened) !== ownLimits;
      const session = sessionOf(opened);
      return { ok: true, expires: claims.expires, url: url.href, carriers: carried.carriers, conditional, ...session };
    }),
  };
}

/** `cti`, of tokens for which the signing endpoint counts sessions. */
function sessionOf(claims: CborClaims): { session?: string } {
  const id = claims.get(label.id);
  const session = id instanceof Uint8Array ? utf8Text(id) : undefined;
  return session === undefined ? {} : { session };
}
