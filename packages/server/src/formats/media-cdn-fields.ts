import { base64url, exactBytes, utf8Text } from '../crypto/base64url.ts';
import { readExpiry } from '../format-parts/signing-format.ts';

/** The fields of a Media CDN token. No text contains `~`, which separates the fields. */
export interface MediaCdnFields {
  /** `FullPath`, `URLPrefix=…` or `PathGlobs=…`, as the token contains it. */
  readonly scope: string;
  /** Unix seconds. */
  readonly startsAt?: number | undefined;
  readonly expires: number;
  readonly sessionId?: string | undefined;
  readonly data?: string | undefined;
  /** Names of the headers whose values are signed. */
  readonly headers: readonly string[];
  /** CIDR ranges. */
  readonly ipRanges?: readonly string[] | undefined;
}

/** The fields that are signed but not carried. */
export interface MediaCdnUnsent {
  readonly path: string;
  /** The values of `headers`, in the same order. */
  readonly headerValues: readonly string[];
}

/**
 * Returns the text of a token before its signature, in the order of Google's samples; with `unsent`, returns the signed
 * text. Callers make sure that no field contains a separator (`checkText`, `isHeaderValue`), so the text has one
 * reading.
 */
export function writeMediaCdnFields(fields: MediaCdnFields, unsent?: MediaCdnUnsent): string {
  const { scope, startsAt, expires, sessionId, data, headers, ipRanges } = fields;
  const list = headers.map((name, i) => (unsent ? `${name}=${unsent.headerValues[i] ?? ''}` : name)).join(',');
  return [
    unsent && scope === 'FullPath' ? `FullPath=${unsent.path}` : scope,
    ...(startsAt === undefined ? [] : [`Starts=${startsAt}`]),
    `Expires=${expires}`,
    ...(sessionId === undefined ? [] : [`SessionID=${sessionId}`]),
    ...(data === undefined ? [] : [`Data=${data}`]),
    ...(headers.length === 0 ? [] : [`Headers=${list}`]),
    ...(ipRanges === undefined ? [] : [`IPRanges=${encodeText(ipRanges.join(','))}`]),
  ].join('~');
}

const form = new RegExp(
  [
    /^(URLPrefix=[^~]+|PathGlobs=[^~]+|FullPath)/,
    /(?:~Starts=(\d+))?~Expires=(\d+)/,
    /(?:~SessionID=([^~]*))?(?:~Data=([^~]*))?(?:~Headers=([^~]+))?(?:~IPRanges=([^~]*))?/,
    /~(Signature|hmac)=([^~]+)$/,
  ]
    .map(({ source }) => source)
    .join(''),
);

/**
 * Reads the fields of a token and its signature; returns `undefined` for any text that `writeMediaCdnFields` does not
 * make.
 */
export function readMediaCdnFields(
  token: string,
  signatureName: 'Signature' | 'hmac',
): { fields: MediaCdnFields; signature: string } | undefined {
  const [, scope, starts, end, sessionId, data, headerNames, encoded, name, signature] = form.exec(token) ?? [];
  if (scope === undefined || signature === undefined || name !== signatureName) return undefined;
  const headers = headerNames?.split(',') ?? [];
  const expires = readExpiry(end);
  const startsAt = readExpiry(starts);
  const ranges = encoded === undefined ? undefined : decodeText(encoded);
  const isWhole = (starts === undefined || startsAt !== undefined) && (encoded === undefined || ranges !== undefined);
  if (expires === undefined || !isWhole || !areHeaderNames(headers)) return undefined;
  return { fields: { scope, startsAt, expires, sessionId, data, headers, ipRanges: ranges?.split(',') }, signature };
}

/** Tells whether names are valid and differ in more than their case. */
export function areHeaderNames(names: readonly string[]): boolean {
  const folded = new Set(names.map((name) => name.toLowerCase()));
  return folded.size === names.length && names.every((name) => /^[\w-]+$/.test(name));
}

/**
 * Tells whether a header value can stand between the separators of `Headers`: not empty, and without `~`, `,` and `=`.
 */
export function isHeaderValue(value: string | null | undefined): value is string {
  return typeof value === 'string' && /^[\x21-\x7d](?:[\x20-\x7d]*[\x21-\x7d])?$/.test(value) && !/[,=]/.test(value);
}

/** Encodes a text as base64url of UTF-8, the form of `URLPrefix` and `IPRanges`. */
export function encodeText(text: string): string {
  return base64url(new TextEncoder().encode(text));
}

/** Decodes a text; returns `undefined` for another spelling than that of `encodeText`. */
export function decodeText(encoded: string): string | undefined {
  return utf8Text(exactBytes(encoded));
}
