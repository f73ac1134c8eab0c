import { canonicalPath } from '../canonical-path.ts';
import { prefixOf } from '../formats/access-list.ts';
import { folderOf } from '../formats/folders.ts';
import { hexKeys } from '../formats/hex-keys.ts';
import { valueCarrier } from '../formats/value-carrier.ts';
import type { ValueCarrierOptions } from '../formats/value-carrier.ts';
import { optionsError } from '../options-error.ts';
import type { TokenFormat } from '../token-format.ts';
import { refused } from '../verdict.ts';
import { areUnderstood, ipClaim, label, meetsIp, meetsUri, uriConditions } from './cat-claims.ts';
import type { UriConditions } from './cat-claims.ts';
import { openClaims, sealClaims } from './cose-mac.ts';
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
  /** `catu` of your own for every token, or `'any'` for none. */
  uri?: UriConditions | 'any';
  /** CIDR ranges of the clients that may use the token (`catnip`). */
  ipRanges?: readonly string[];
  /** For `verify`: the client's address; without it, tokens with ranges are refused. See `SecureLinkOptions`. */
  ip?: string;
  /** More claims by number, such as `catr` (323). */
  claims?: CborClaims;
  /** @default 'cat' in the query, 'CTA-Common-Access-Token' in a header or cookie */
  param?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
}

/**
 * Common Access Token (CTA-5007): CBOR claims under a COSE MAC with HMAC-SHA256. `verify` understands `iss`, `exp`,
 * `nbf`, `iat`, `cti`, `catv`, `catnip`, `catu` (exact, prefix, suffix, contains), `catm` and `catr`, and refuses a token
 * with any other claim. `catm` has to allow GET and HEAD; `catr` is for your edge to act on.
 *
 * @throws `ERR_OPTIONS`
 */
export function commonAccessToken(options: CommonAccessTokenOptions): TokenFormat {
  const { issuer, exact = false, depth = Infinity, uri, ipRanges, ip, claims: more, maxTtl = 86_400 } = options;
  const { carrier: kind = 'query', param = kind === 'query' ? 'cat' : 'CTA-Common-Access-Token' } = options;
  if (options.keys.length === 0) throw optionsError('keys', 'give at least one; the first one signs');
  const keys = options.keys.map(({ id, key }) => ({ id, bytes: hexKeys({ key })[0]! }));
  const carrier = valueCarrier([param], options);
  if (uri !== undefined && exact) throw optionsError('uri', 'give conditions, or `exact`');

  return {
    name: 'common-access-token',
    scope: exact || uri instanceof Map ? 'url' : 'prefix',
    maxTtl,

    sign(url, expires) {
      const path = canonicalPath(url.pathname, 'raw');
      if (path === undefined) throw optionsError('url', 'this path has more than one reading and is never signed');
      if (!/^[1-9]\d{9}$/.test(String(expires))) throw optionsError('expires', 'give unix seconds, ten digits');
      const conditions = uri ?? uriConditions(url, exact ? path : folderOf(path, depth), exact);
      if (conditions !== 'any' && !meetsUri(url, conditions)) throw optionsError('url', '`uri` does not open it');
      const alone = {
        url: url.origin + url.pathname + carrier.searchOf(url) + url.hash,
        anyQuery: !(uri instanceof Map),
      };
      const opened = exact || uri instanceof Map ? alone : { prefix: prefixOf(url, uri === 'any' ? 0 : depth) };
      const claims = new Map<number, unknown>([
        ...(issuer === undefined ? [] : ([[label.issuer, issuer]] as const)),
        [label.expires, expires],
        ...(conditions === 'any' ? [] : ([[label.uri, conditions]] as const)),
        ...(ipRanges ? ([[label.ipRanges, ipClaim(ipRanges)]] as const) : []),
        ...(more ?? []),
        [label.version, 1],
      ]);
      return carrier.token(opened, expires, { [param]: sealClaims(claims, keys[0]!) });
    },

    verify(request, now) {
      const url = new URL(request.url);
      const carried = carrier.read(request);
      if (!carried) return refused.malformed;
      if (!carried.values[0]) return refused.missing;
      if (canonicalPath(url.pathname, 'raw') === undefined) return refused.malformed;
      const claims = openClaims(carried.values[0], keys);
      if (!claims) return refused.signature;
      const forward = new URL(url.origin + url.pathname + carried.search);
      const [expires, from, methods] = [label.expires, label.notBefore, label.methods].map((each) => claims.get(each));
      if (typeof expires !== 'number' || expires > now + maxTtl || !areUnderstood(claims)) return refused.malformed;
      if (from !== undefined && !(typeof from === 'number' && from <= now)) return refused.malformed;
      const isOurs = issuer === undefined || claims.get(label.issuer) === issuer;
      const mayRead =
        methods === undefined || (Array.isArray(methods) && methods.includes('GET') && methods.includes('HEAD'));
      const isOpen = meetsUri(forward, claims.get(label.uri)) && meetsIp(ip, claims.get(label.ipRanges));
      if (!isOurs || !mayRead || !isOpen) return refused.signature;
      if (expires < now) return refused.expired;
      return { ok: true, expires, url: forward.href, carriers: carried.carriers };
    },
  };
}
