import { base64Bytes, base64url, exactBytes, utf8Text } from '../crypto/base64url.ts';
import { hmac, sha1, sha256 } from '../crypto/hash.ts';
import { ed25519Signer, macSigner } from '../crypto/signer.ts';
import type { Signer } from '../crypto/signer.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { valueCarrier } from '../format-parts/carriers.ts';
import type { ValueCarrierOptions } from '../format-parts/carriers.ts';
import { cdnFormat } from '../format-parts/cdn-format.ts';
import { isInRange } from '../format-parts/ip.ts';
import { openedFolder, openedUrl } from '../format-parts/opened-scope.ts';
import { readExpiry, readStart } from '../format-parts/signing-format.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import { matchesGlob, openedByPatterns, patternList, patternScope, isUrlPrefix } from './access-list.ts';
import { readFields, writeFields } from './token-fields.ts';
import type { TokenFields } from './token-fields.ts';

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
  const { param, pathGlobs, exact, depth, startsAt, sessionId, data, headers, ipRanges, ip, maxTtl, ...read } =
    option.readOptions(options, {
      keys: option.keyEntries,
      algorithm: option.oneOf(['ed25519', 'sha1', 'sha256'], 'ed25519'),
      ...option.carrier,
      param: option.nameOr('hdnts'),
      pathGlobs: patternList(['~', ',']),
      exact: option.flag(),
      depth: option.folderCount,
      startsAt: option.unixTime,
      sessionId: option.signedText(['~']),
      data: option.signedText(['~']),
      headers: headerList,
      ipRanges: rangeList,
      ip: option.given,
      maxTtl: option.maxLifetime,
    });
  if (pathGlobs && exact) throw optionsError('pathGlobs', '`pathGlobs` and `exact` are both given. Give one of them.');
  const signatureName = read.algorithm === 'ed25519' ? 'Signature' : 'hmac';
  const isAmbiguous = (path: string): boolean => exact && path.includes('~');
  const headerNames = headers.map((pair) => pair.replace(/=.*/, ''));
  const tokenForm = new RegExp(`^([^~]+)~(.+)~${signatureName}=([^~]+)$`);
  /** Returns the fields behind the scope. @param list the headers: their names, or each with its value */
  const fieldsOf = (expires: number, list: readonly string[]): TokenFields => ({
    Starts: startsAt,
    Expires: expires,
    SessionID: sessionId,
    Data: data,
    Headers: listOf(list),
    IPRanges: ipRanges,
  });

  return cdnFormat({
    name: 'media-cdn-token',
    scope: exact ? 'url' : 'prefix',
    maxTtl,
    pathForm: 'raw',
    carrier: valueCarrier([param], options),
    signers: signersOf(read.keys, read.algorithm),
    signsExactly: !exact,

    open(asked) {
      const { url, path, search, isAlone } = asked;
      if (isAmbiguous(path))
        throw optionsError(
          'url',
          'The path has a `~`, which separates the fields of a token. Rename the file or folder.',
        );
      if (isAlone && /[*?~,]/.test(path))
        throw optionsError('url', 'The path has a `*`, `?`, `~` or `,`. Rename the file or folder.');
      if (exact) return { opened: openedUrl(url, search, true), path, scope: 'FullPath' };
      const list = isAlone ? [path] : pathGlobs;
      const opened = list ? openedByPatterns(asked, list) : openedFolder(url, depth);
      if (!opened) throw optionsError('url', 'None of the patterns in `pathGlobs` opens this URL. Add one.');
      return { opened, path, scope: list ? `PathGlobs=${list.join(',')}` : `URLPrefix=${encodeText(opened.prefix!)}` };
    },
    scopeOf: (_, url) => pathGlobs && patternScope(url, pathGlobs, 'raw'),
    message: ({ path, scope }, expires) => signedText(scope, path, writeFields(fieldsOf(expires, headers), '~')),
    write: (signature, { scope }, expires) => ({
      [param]: `${scope}~${writeFields(fieldsOf(expires, headerNames), '~')}~${signatureName}=${signature}`,
    }),
    read({ values: [token = ''] }, path, { headers: sent, url }) {
      const [, scope = '', text = '', signature = ''] = tokenForm.exec(token) ?? [];
      const fields = readFields(text, fieldNames, '~');
      const opens = scopeTest(scope);
      if (!fields || !opens || (scope === 'FullPath') !== exact || isAmbiguous(path)) return undefined;
      const ranges = decodeText(fields.IPRanges)?.split(',');
      const pairs =
        fields.Headers === undefined ? [] : headerPairs(fields.Headers.split(','), (name) => sent.get(name));
      if (!pairs || (fields.IPRanges !== undefined && !ranges)) return undefined;
      const signed = pairs.length === 0 ? text : writeFields({ ...fields, Headers: listOf(pairs) }, '~');
      return {
        signature,
        messages: [signedText(scope, path, signed)],
        expires: readExpiry(fields.Expires),
        startsAt: readStart(fields.Starts),
        opens: () => opens(url, path) && (ranges?.some((range) => isInRange(ip, range)) ?? true),
        conditional:
          fields.SessionID !== sessionId ||
          fields.Data !== data ||
          fields.IPRanges !== ipRanges ||
          listOf(pairs) !== listOf(headers),
      };
    },
  });
}

/** The fields behind the scope, in the order of Google's samples. */
const fieldNames = ['Starts', 'Expires', 'SessionID', 'Data', 'Headers', 'IPRanges'] as const;

/** Returns what is signed. No field contains a separator, so the text has one reading. */
function signedText(scope: string, path: string, fields: string): string {
  return `${scope === 'FullPath' ? `FullPath=${path}` : scope}~${fields}`;
}

/** Returns what tells whether a scope opens a URL; `undefined` for a text that is not a scope. */
function scopeTest(scope: string): ((url: URL, path: string) => boolean) | undefined {
  if (scope === 'FullPath') return () => true;
  const [, kind, value = ''] = /^(URLPrefix|PathGlobs)=(.+)$/.exec(scope) ?? [];
  if (kind === 'PathGlobs') return (_, path) => value.split(',').some((pattern) => matchesGlob(path, pattern));
  const prefix = kind && decodeText(value);
  return prefix && isUrlPrefix(prefix) ? ({ href }) => href.startsWith(prefix) : undefined;
}

const hashes = { sha1, sha256 };

/** @throws `ERR_OPTIONS` */
function signersOf(keys: readonly string[], algorithm: 'ed25519' | 'sha1' | 'sha256'): readonly Signer[] {
  return keys.map((key) => {
    const bytes = base64Bytes(key);
    if (!bytes?.length) throw optionsError('keys', 'A key is empty or not base64url. Give base64url.');
    if (algorithm === 'ed25519') return ed25519Signer(bytes, base64url);
    return macSigner((text) => hmac(hashes[algorithm], bytes, text, 'hex'));
  });
}

/** @throws `ERR_OPTIONS` */
function headerList(headers: Readonly<Record<string, string>> = {}): readonly string[] {
  const pairs = headerPairs(Object.keys(headers), (name) => headers[name]);
  if (pairs) return pairs;
  throw optionsError(
    'headers',
    'A name is given twice, or a name or value has characters that are not allowed. ' +
      'Give visible ASCII without `~`, `,` and `=`.',
  );
}

/**
 * Returns headers with their values as they are signed. Returns `undefined` if a name is not valid or occurs twice, or
 * if a value cannot stand between the separators: it is empty, or has `~`, `,` or `=`.
 */
function headerPairs(
  names: readonly string[],
  valueOf: (name: string) => string | null | undefined,
): readonly string[] | undefined {
  const folded = new Set(names.map((name) => name.toLowerCase()));
  if (folded.size < names.length || !names.every((name) => /^[\w-]+$/.test(name))) return undefined;
  const pairs = names.map((name) => `${name}=${valueOf(name) ?? ''}`);
  return pairs.every((pair) => headerPair.test(pair)) ? pairs : undefined;
}

/** A name, and visible ASCII with spaces only within. */
const headerPair = /^[\w-]+=[!-+\--<>-}](?:[ -+\--<>-}]*[!-+\--<>-}])?$/;

const listOf = (headers: readonly string[]): string | undefined => (headers.length === 0 ? undefined : headers.join());

/** @returns the ranges as they are written @throws `ERR_OPTIONS` */
function rangeList(ranges: readonly string[] | undefined): string | undefined {
  const isRange = (range: unknown): boolean => typeof range === 'string' && /^[\da-f.:]+(?:\/\d{1,3})?$/i.test(range);
  if (ranges && (!ranges.every(isRange) || ranges.length === 0))
    throw optionsError('ipRanges', 'This is not a list of ranges. Give CIDR ranges such as 203.0.113.0/24.');
  return ranges && encodeText(ranges.join());
}

const encoder = /* @__PURE__ */ new TextEncoder();

/** Encodes a text as base64url of UTF-8, the form of `URLPrefix` and `IPRanges`. */
function encodeText(text: string): string {
  return base64url(encoder.encode(text));
}

/** Decodes a text; returns `undefined` for another spelling than that of `encodeText`. */
function decodeText(encoded: string | undefined): string | undefined {
  return encoded === undefined ? undefined : utf8Text(exactBytes(encoded));
}
