import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { base64url } from '../base64url.ts';
import { canonicalPath } from '../canonical-path.ts';
import { optionsError } from '../options-error.ts';
import type { SignedToken, TokenFormat } from '../token-format.ts';
import { refused } from '../verdict.ts';
import type { Verdict } from '../verdict.ts';
import { openedByPatterns, prefixOf } from './access-list.ts';
import { decodeBase64 } from './base64-keys.ts';
import { ed25519Signer } from './ed25519-signer.ts';
import { matchesGlob } from './glob.ts';
import { hmacSigner } from './hmac-signer.ts';
import { inIpRange } from './ip-bytes.ts';
import { readMediaCdnFields } from './media-cdn-fields.ts';
import type { MediaCdnFields } from './media-cdn-fields.ts';
import { valueCarrier } from './value-carrier.ts';
import type { ValueCarrierOptions } from './value-carrier.ts';

export interface MediaCdnTokenOptions extends Omit<ValueCarrierOptions, 'carrier'> {
  /** Base64url, the signing one first: 32-byte Ed25519 private keys, or HMAC secrets. */
  keys: readonly string[];
  /** @default 'ed25519' */
  algorithm?: 'ed25519' | 'sha1' | 'sha256';
  /** @default 'query' */
  carrier?: 'query' | 'cookie';
  /** Name of the parameter or cookie. @default 'hdnts' */
  param?: string;
  /** Path patterns that every token opens. @default the folder of the URL asked for, as `URLPrefix` */
  pathGlobs?: string | readonly string[];
  /** Opens the path asked for alone. @default false */
  exact?: boolean;
  /** How many folders of the path asked for make the folder that is opened. @default all */
  depth?: number;
  /** Unix seconds before which the token opens nothing. */
  startsAt?: number;
  sessionId?: string;
  data?: string;
  /** Request headers that the player sends with exactly these values. */
  headers?: Readonly<Record<string, string>>;
  /** CIDR ranges of the clients that may use the token. */
  ipRanges?: readonly string[];
  /** For `verify`: the client's address; without it, tokens with ranges are refused. See `SecureLinkOptions`. */
  ip?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
}

/**
 * Google Media CDN short and long tokens (`URLPrefix=…~Expires=…~Signature=…`), as in Google's dual-token samples. The route
 * needs `signedRequestMode: REQUIRE_TOKENS` and `signedTokenOptions` with the same algorithm and parameter name; Media CDN
 * then gives out long tokens itself, in a cookie or in the playlists.
 *
 * @throws `ERR_OPTIONS`
 */
export function mediaCdnToken(options: MediaCdnTokenOptions): TokenFormat {
  const { algorithm = 'ed25519', param = 'hdnts', exact = false, depth = Infinity, maxTtl = 86_400 } = options;
  const { startsAt, sessionId, data, headers = {}, ipRanges, ip } = options;
  const globs = options.pathGlobs === undefined ? undefined : [options.pathGlobs].flat();
  const carrier = valueCarrier([param], options);
  const fixed = [sessionId, data, ...(globs ?? []), ...Object.entries(headers).flat()];
  if (fixed.some((each) => each?.includes('~'))) throw optionsError('data', '`~` separates the fields; use none');
  if (globs && exact) throw optionsError('pathGlobs', 'give patterns, or `exact`');
  const signers = options.keys.map((key) => {
    const bytes = decodeBase64(key);
    if (!bytes?.length) throw optionsError('keys', 'give base64url');
    return algorithm === 'ed25519' ? ed25519Signer(bytes, base64url) : hmacSigner(algorithm, bytes, bytesToHex);
  });
  if (signers.length === 0) throw optionsError('keys', 'give at least one; the first one signs');

  return {
    name: 'media-cdn-token',
    scope: exact ? 'url' : 'prefix',
    maxTtl,

    async sign(url, expires): Promise<SignedToken> {
      const path = canonicalPath(url.pathname, 'raw');
      if (path === undefined) throw optionsError('url', 'this path has more than one reading and is never signed');
      if (!/^[1-9]\d{9}$/.test(String(expires))) throw optionsError('expires', 'give unix seconds, ten digits');
      const search = carrier.searchOf(url);
      const prefix = prefixOf(url, depth);
      const alone = { url: url.origin + url.pathname + search + url.hash, anyQuery: true };
      const opened = exact ? alone : globs ? openedByPatterns(url, path, search, globs) : { prefix };
      if (!opened) throw optionsError('url', 'no pattern of `pathGlobs` opens it');
      const scope = exact
        ? 'FullPath'
        : globs
          ? `PathGlobs=${globs.join(',')}`
          : `URLPrefix=${base64url(utf8ToBytes(prefix))}`;
      const write = (withValues: boolean): string =>
        [
          withValues && exact ? `FullPath=${path}` : scope,
          ...(startsAt === undefined ? [] : [`Starts=${startsAt}`]),
          `Expires=${expires}`,
          ...(sessionId === undefined ? [] : [`SessionID=${sessionId}`]),
          ...(data === undefined ? [] : [`Data=${data}`]),
          ...(Object.keys(headers).length === 0 ? [] : [`Headers=${headerList(headers, withValues)}`]),
          ...(ipRanges ? [`IPRanges=${base64url(utf8ToBytes(ipRanges.join(',')))}`] : []),
        ].join('~');
      const name = algorithm === 'ed25519' ? 'Signature' : 'hmac';
      const token = `${write(false)}~${name}=${await signers[0]!.sign(write(true))}`;
      return carrier.token(opened, expires, { [param]: token });
    },

    async verify(request, now): Promise<Verdict> {
      const url = new URL(request.url);
      const carried = carrier.read(request);
      if (!carried) return refused.malformed;
      if (!carried.values[0]) return refused.missing;
      const path = canonicalPath(url.pathname, 'raw');
      const fields = readMediaCdnFields(carried.values[0]);
      if (path === undefined || !fields || fields.expires > now + maxTtl || fields.startsAt > now)
        return refused.malformed;
      if ((fields.scope === 'FullPath') !== exact) return refused.malformed;
      const signed = signedText(fields, path, request.headers);
      let genuine = false;
      for (const signer of signers) genuine = (await signer.verify(signed, fields.signature)) || genuine;
      if (!genuine || !isFrom(ip, fields.ipRanges) || !opens(fields.scope, url, path)) return refused.signature;
      if (fields.expires < now) return refused.expired;
      const forward = url.origin + path + carried.search;
      return { ok: true, expires: fields.expires, url: forward, carriers: carried.carriers };
    },
  };
}

function headerList(headers: Readonly<Record<string, string>>, withValues: boolean): string {
  return Object.entries(headers)
    .map(([name, value]) => (withValues ? `${name}=${value}` : name))
    .join(',');
}

/** The path and the values of headers are signed without being carried. */
function signedText({ text, headers }: MediaCdnFields, path: string, sent: Headers): string {
  const values = headers.map((name) => `${name}=${sent.get(name) ?? ''}`).join(',');
  return text
    .replace(/^FullPath(?=~)/, () => `FullPath=${path}`)
    .replace(/(~Headers=)[^~]*/, (_, name: string) => name + values);
}

function opens(scope: string, url: URL, path: string): boolean {
  const value = scope.slice(scope.indexOf('=') + 1);
  if (scope === 'FullPath') return true;
  if (scope.startsWith('PathGlobs=')) return value.split(',').some((pattern) => matchesGlob(path, pattern));
  const prefix = new TextDecoder().decode(decodeBase64(value));
  return prefix !== '' && url.href.startsWith(prefix);
}

function isFrom(ip: string | undefined, ranges: string | undefined): boolean {
  if (ranges === undefined) return true;
  const list = new TextDecoder().decode(decodeBase64(ranges)).split(',');
  return ip !== undefined && list.some((range) => inIpRange(ip, range));
}
