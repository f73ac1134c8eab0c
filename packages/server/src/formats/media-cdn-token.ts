import { base64Bytes, base64url } from '../crypto/base64url.ts';
import { sha1, sha256 } from '../crypto/hash.ts';
import { ed25519Signer, hmacSigner } from '../crypto/private-key-signer.ts';
import type { Signer } from '../crypto/private-key-signer.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { openedByPatterns, patternList, patternScopes, prefixOf } from '../format-parts/access-list.ts';
import { checkText } from '../format-parts/check-text.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { writeExpiry } from '../format-parts/expiry.ts';
import { checkFolderCount, folderOf } from '../format-parts/folders.ts';
import { matchesGlob } from '../format-parts/glob.ts';
import { inIpRange } from '../format-parts/ip-bytes.ts';
import { judging } from '../format-parts/judging.ts';
import { folderScope, pathScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import { valueCarrier } from '../format-parts/value-carrier.ts';
import type { ValueCarrierOptions } from '../format-parts/value-carrier.ts';
import type { SignedToken, VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import { canonicalPath } from '../url/canonical-path.ts';
import { isUrlPrefix } from './google-cdn.ts';
import {
  areHeaderNames,
  decodeText,
  encodeText,
  isHeaderValue,
  readMediaCdnFields,
  writeMediaCdnFields,
} from './media-cdn-fields.ts';

export interface MediaCdnTokenOptions extends Omit<ValueCarrierOptions, 'carrier'> {
  /** The keys in base64url, the signing one first: 32-byte Ed25519 private keys, or HMAC secrets. */
  keys: readonly string[];
  /** @default 'ed25519' */
  algorithm?: 'ed25519' | 'sha1' | 'sha256';
  /** @default 'query' */
  carrier?: 'query' | 'cookie';
  /** Name of the parameter or cookie. @default 'hdnts' */
  param?: string;
  /** Path patterns that every token opens. @default the folder of the requested URL, as `URLPrefix` */
  pathGlobs?: string | readonly string[];
  /** Whether a token opens only the requested path. @default false */
  exact?: boolean;
  /** The number of folders from the root to the folder that a token opens. @default all */
  depth?: number;
  /** Unix seconds before which the token opens nothing. */
  startsAt?: number;
  sessionId?: string;
  data?: string;
  /** Request headers that the player sends with exactly these values. No value may contain `~`, `,` or `=`. */
  headers?: Readonly<Record<string, string>>;
  /** CIDR ranges of the clients that may use the token. */
  ipRanges?: readonly string[];
  /** For `verify`: the client's address. Without it, `verify` refuses tokens with ranges. See `SecureLinkOptions`. */
  ip?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
}

/**
 * Signs and verifies URLs with Google Media CDN short and long tokens (`URLPrefix=…~Expires=…~Signature=…`), as in
 * Google's dual-token samples. The route needs `signedRequestMode: REQUIRE_TOKENS` and `signedTokenOptions` with the
 * same algorithm and parameter name. Media CDN then issues long tokens itself, in a cookie or in the playlists.
 *
 * @throws `ERR_OPTIONS`; from `sign` also for a path with `~` if `exact` signs it: `~` separates the fields
 */
export function mediaCdnToken(options: MediaCdnTokenOptions): VerifyingTokenFormat {
  checkNames(options, {
    keys: true,
    algorithm: true,
    carrier: true,
    cookie: true,
    param: true,
    pathGlobs: true,
    exact: true,
    depth: true,
    startsAt: true,
    sessionId: true,
    data: true,
    headers: true,
    ipRanges: true,
    ip: true,
    maxTtl: true,
  });
  const { algorithm = 'ed25519', param = 'hdnts', exact = false, depth = Infinity, maxTtl = 86_400 } = options;
  const { startsAt, sessionId, data, ip } = options;
  const globs = patternList('pathGlobs', options.pathGlobs, ['~', ',']);
  const globScope = globs && patternScopes(globs, 'raw');
  const headers = headerList(options.headers ?? {});
  const ipRanges = rangeList(options.ipRanges);
  const carrier = valueCarrier([param], options);
  checkTimes({ maxTtl, startsAt });
  checkFolderCount(depth);
  checkText('sessionId', [sessionId], ['~']);
  checkText('data', [data], ['~']);
  if (globs && exact) throw optionsError('pathGlobs', '`pathGlobs` and `exact` are both given. Give one of them.');
  const signers = signersOf(options.keys, algorithm);
  const signatureName = algorithm === 'ed25519' ? 'Signature' : 'hmac';
  const isAmbiguous = (path: string): boolean => exact && path.includes('~');

  /**
   * Returns what a token for `url` opens.
   *
   * @param list path patterns instead of the folder
   * @throws `ERR_OPTIONS` for a URL that the format does not sign
   */
  const openedBy = (url: URL, list = globs): MediaCdnOpened => {
    const path = pathToSign(url, 'raw');
    const search = carrier.searchOf(url);
    if (isAmbiguous(path))
      throw optionsError(
        'url',
        'The path has a `~`, which separates the fields of a token. Rename the file or folder.',
      );
    const alone = { url: url.origin + url.pathname + search + url.hash, anyQuery: true };
    if (exact) return { path, scope: 'FullPath', opened: alone };
    const folder = prefixOf(url, depth);
    if (!list) return { path, scope: `URLPrefix=${encodeText(folder)}`, opened: { prefix: folder } };
    const opened = openedByPatterns(url, path, search, list);
    if (!opened) throw optionsError('url', 'None of the patterns in `pathGlobs` opens this URL. Add one.');
    return { path, scope: `PathGlobs=${list.join(',')}`, opened };
  };
  const tokenOf = async ({ path, scope, opened }: MediaCdnOpened, expires: number): Promise<SignedToken> => {
    writeExpiry(expires);
    const names = headers.map(([name]) => name);
    const fields = { scope, startsAt, expires, sessionId, data, headers: names, ipRanges };
    const signed = writeMediaCdnFields(fields, { path, headerValues: headers.map(([, value]) => value) });
    const signature = await signers[0]!.sign(signed);
    return carrier.token(opened, expires, {
      [param]: `${writeMediaCdnFields(fields)}~${signatureName}=${signature}`,
    });
  };
  const signExactly = async (url: URL, expires: number): Promise<SignedToken> => {
    const path = pathToSign(url, 'raw');
    if (/[*?~,]/.test(path))
      throw optionsError('url', 'The path has a `*`, `?`, `~` or `,`. Rename the file or folder.');
    // a URL that `pathGlobs` do not open gets no token here either
    openedBy(url);
    return tokenOf(openedBy(url, [path]), expires);
  };

  return {
    name: 'media-cdn-token',
    scope: exact ? 'url' : 'prefix',
    maxTtl,
    ...carrier.places,

    opens(url) {
      openedBy(url);
      if (exact) return pathScope(url);
      return globScope?.(url) ?? folderScope(url, folderOf(url.pathname, depth));
    },

    sign: async (url, expires) => tokenOf(openedBy(url), expires),
    ...(!exact && { signExactly }),

    verify: judging(async (sent, now) => {
      const { url, headers: sentHeaders } = sent;
      const carried = carrier.read(sent);
      if (!carried) return refused.malformed;
      if (!carried.values[0]) return refused.missing;
      const path = canonicalPath(url.pathname, 'raw');
      const { fields, signature } = readMediaCdnFields(carried.values[0], signatureName) ?? {};
      if (path === undefined || isAmbiguous(path) || !fields || signature === undefined) return refused.malformed;
      if (fields.expires > now + maxTtl || (fields.startsAt ?? 0) > now) return refused.malformed;
      if ((fields.scope === 'FullPath') !== exact) return refused.malformed;
      const headerValues = fields.headers.map((name) => sentHeaders.get(name)).filter(isHeaderValue);
      if (headerValues.length !== fields.headers.length) return refused.malformed;
      const signed = writeMediaCdnFields(fields, { path, headerValues });
      let genuine = false;
      for (const signer of signers) genuine = (await signer.verify(signed, signature)) || genuine;
      if (!genuine) return refused.signature;
      const opened = opens(fields.scope, url, path);
      if (opened === undefined) return refused.malformed;
      if (!opened || !isFrom(ip, fields.ipRanges)) return refused.signature;
      if (fields.expires < now) return refused.expired;
      const forward = url.origin + path + carried.search;
      const sentList = fields.headers.map((name, i) => [name, headerValues[i]]);
      const limits = [sentList, fields.ipRanges, fields.sessionId, fields.data];
      const conditional = JSON.stringify(limits) !== JSON.stringify([headers, ipRanges, sessionId, data]);
      return { ok: true, expires: fields.expires, url: forward, carriers: carried.carriers, conditional };
    }),
  };
}

interface MediaCdnOpened {
  readonly path: string;
  /** The scope in the form of `MediaCdnFields`. */
  readonly scope: string;
  readonly opened: Pick<SignedToken, 'url' | 'prefix' | 'anyQuery'>;
}

/** Tells whether a scope opens a URL; returns `undefined` for a text that is not a scope. */
function opens(scope: string, url: URL, path: string): boolean | undefined {
  const value = scope.slice(scope.indexOf('=') + 1);
  if (scope === 'FullPath') return true;
  if (scope.startsWith('PathGlobs=')) return value.split(',').some((pattern) => matchesGlob(path, pattern));
  const prefix = decodeText(value);
  return prefix !== undefined && isUrlPrefix(prefix) ? url.href.startsWith(prefix) : undefined;
}

/** Tells whether an address lies in one of the ranges. A range that cannot be read contains no address. */
function isFrom(ip: string | undefined, ranges: readonly string[] | undefined): boolean {
  return ranges === undefined || ranges.some((range) => inIpRange(ip, range));
}

const hashes = { sha1, sha256 };

/** @throws `ERR_OPTIONS` */
function signersOf(keys: readonly string[], algorithm: 'ed25519' | 'sha1' | 'sha256'): readonly Signer[] {
  if (!['ed25519', 'sha1', 'sha256'].includes(algorithm)) {
    throw optionsError('algorithm', "This is unknown. Give 'ed25519', 'sha1' or 'sha256'.");
  }
  if (keys.length === 0) throw optionsError('keys', 'The list is empty. Give at least one key. The first one signs.');
  return keys.map((key) => {
    const bytes = base64Bytes(key);
    if (!bytes?.length) throw optionsError('keys', 'A key is empty or not base64url. Give base64url.');
    return algorithm === 'ed25519' ? ed25519Signer(bytes, base64url) : hmacSigner(hashes[algorithm], bytes, 'hex');
  });
}

/** @throws `ERR_OPTIONS` */
function headerList(headers: Readonly<Record<string, string>>): readonly (readonly [name: string, value: string])[] {
  const list = Object.entries(headers);
  if (!areHeaderNames(list.map(([name]) => name)) || !list.every(([, value]) => isHeaderValue(value))) {
    throw optionsError(
      'headers',
      'A name is given twice, or a name or value has characters that are not allowed. ' +
        'Give visible ASCII without `~`, `,` and `=`.',
    );
  }
  return list;
}

/** @throws `ERR_OPTIONS` */
function rangeList(ranges: readonly string[] | undefined): readonly string[] | undefined {
  const isRange = (range: unknown): boolean => typeof range === 'string' && /^[\da-f.:]+(?:\/\d{1,3})?$/i.test(range);
  if (ranges && (!ranges.every(isRange) || ranges.length === 0)) {
    throw optionsError('ipRanges', 'This is not a list of ranges. Give CIDR ranges such as 203.0.113.0/24.');
  }
  return ranges;
}
