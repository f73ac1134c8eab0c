import { utf8ToBytes } from '@noble/hashes/utils.js';
import { base64Bytes, base64url, padded, utf8Text } from '../crypto/base64url.ts';
import { privateKeySigner } from '../crypto/signer.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { valueCarrier } from '../format-parts/carriers.ts';
import type { ValueCarrierOptions } from '../format-parts/carriers.ts';
import { cdnFormat } from '../format-parts/cdn-format.ts';
import { ipRange as readRange, isInRange } from '../format-parts/ip.ts';
import { openedFolder, openedUrl } from '../format-parts/opened-scope.ts';
import { readExpiry } from '../format-parts/signing-format.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';

export interface CloudFrontOptions extends Omit<ValueCarrierOptions, 'carrier'> {
  /** Keys of the distribution's key group: public key id and private key (PEM, PKCS#8; RSA 2048 or ECDSA P-256). */
  keys: readonly { id: string; privateKey: string }[];
  /** @default 'cookie' */
  carrier?: 'cookie' | 'query';
  /** `SHA1` for signers and distributions older than `Hash-Algorithm`. @default 'SHA256' */
  hash?: 'SHA256' | 'SHA1';
  /** Whether a token opens only the requested URL, with a canned policy. @default false: its folder and all below */
  exact?: boolean;
  /** The number of folders from the root to the folder that a token opens. @default all */
  depth?: number;
  /** Unix seconds before which the token opens nothing. */
  startsAt?: number;
  /** The clients that may use the token, as a CIDR range. */
  ipRange?: string;
  /**
   * For `verify`: the client's address. Without it, `verify` refuses policies with a range. See `SecureLinkOptions`.
   */
  ip?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
}

/**
 * Signs and verifies URLs with CloudFront signed cookies and signed URLs: a policy for a folder with `*`, or the canned
 * policy of one URL. The behaviour needs "Restrict viewer access" with the key group, and the distribution must see the
 * host and scheme that players use. Cookies need `cookie.domain` if endpoint and distribution are on different hosts,
 * and CORS with credentials.
 *
 * A CloudFront token ends *before* the second of its expiry, like JWTs and Common Access Tokens, and unlike the tokens
 * of all other formats.
 *
 * CloudFront reads `*` and `?` in a policy as wildcards, and accepts a canned policy as a custom one too. So `sign`
 * refuses `*` anywhere and `?` in the path; with `exact`, do not sign queries that the viewer may choose. `verify`
 * accepts policies for a folder or for one URL, as `sign` makes them, and none with other wildcards.
 *
 * @throws `ERR_OPTIONS`
 */
export function cloudFront(options: CloudFrontOptions): VerifyingTokenFormat {
  const {
    keys,
    carrier: kind,
    hash,
    exact,
    depth,
    startsAt,
    ipRange,
    ip,
    maxTtl,
  } = option.readOptions(options, {
    keys: option.keyEntries,
    carrier: option.oneOf(['cookie', 'query'], 'cookie'),
    cookie: option.given,
    hash: option.oneOf(['SHA256', 'SHA1'], 'SHA256'),
    exact: option.flag(),
    depth: option.folderCount,
    startsAt: option.unixTime,
    ipRange: option.optional(readRange),
    ip: option.given,
    maxTtl: option.maxLifetime,
  });
  if (exact && (startsAt !== undefined || ipRange !== undefined))
    throw optionsError(
      'exact',
      '`exact` makes a canned policy, which has an expiry only. Leave `exact` out, or the other conditions.',
    );
  const signers = new Map(
    keys.map(({ id, privateKey }) => [
      id,
      privateKeySigner(privateKey, hash === 'SHA1' ? 'SHA-1' : 'SHA-256', encode, decode),
    ]),
  );
  const [keyId] = signers.keys();
  if (!keyId) throw optionsError('keys', 'The first key has no id. Give each key the id that CloudFront shows.');
  const front = kind === 'cookie' ? 'CloudFront-' : '';
  const [what, signatureName, keyName, hashName] = [
    exact ? 'Expires' : 'Policy',
    'Signature',
    'Key-Pair-Id',
    'Hash-Algorithm',
  ].map((name) => front + name) as [string, string, string, string];
  const written = [what, signatureName, keyName, ...(hash === 'SHA1' ? [] : [hashName])];

  return cdnFormat({
    name: 'cloud-front',
    scope: exact ? 'url' : 'prefix',
    maxTtl,
    pathForm: 'raw',
    carrier: valueCarrier(
      [what, signatureName, keyName, hashName],
      { ...options, carrier: kind },
      { needed: 3, written },
    ),
    signers: [...signers.values()],
    endsAtExpiry: true,

    open({ url, search }) {
      const opened = exact ? openedUrl(url, search, false) : openedFolder(url, depth);
      const literal = opened.prefix ?? url.origin + url.pathname + search;
      if (literal.includes('*'))
        throw optionsError(
          'url',
          'The URL has a `*`, which is a wildcard in a policy. Rename the file, or write it as %2A.',
        );
      return { opened, resource: exact ? literal : `${literal}*` };
    },
    message: ({ resource }, expires) => writePolicy({ resource, expires, startsAt, ipRange }),
    write: (signature, { resource }, expires) => ({
      [what]: exact ? String(expires) : encode(utf8ToBytes(writePolicy({ resource, expires, startsAt, ipRange }))),
      [signatureName]: signature,
      [keyName]: keyId,
      ...(hash !== 'SHA1' && { [hashName]: hash }),
    }),
    read({ values: [sent = '', signature = '', id = '', algorithm = 'SHA1'], pathname, search }, _, { url }) {
      const target = url.origin + pathname + search;
      const policy = exact ? cannedPolicy(target, sent) : readPolicy(utf8Text(decode(sent)) ?? '');
      // The configuration decides on the algorithm: a token without `Hash-Algorithm` would otherwise be checked with
      // SHA-1.
      if (!policy || algorithm !== hash) return undefined;
      const signer = signers.get(id);
      return {
        signature,
        messages: [policy.text],
        signers: signer ? [signer] : [],
        expires: policy.expires,
        startsAt: policy.startsAt,
        opens: () =>
          target.startsWith(policy.opened) && (policy.ipRange === undefined || isInRange(ip, policy.ipRange)),
      };
    },
  });
}

interface CloudFrontPolicy {
  /** The URL that is opened, with `*` and `?` as wildcards. */
  readonly resource: string;
  /** Unix seconds. */
  readonly expires: number;
  readonly startsAt?: number | undefined;
  readonly ipRange?: string | undefined;
}

/**
 * Returns the text to sign, without whitespace and in this order. JSON escapes the characters that would end a text, so
 * different policies are different texts.
 */
function writePolicy({ resource, expires, startsAt, ipRange }: CloudFrontPolicy): string {
  const condition = {
    DateLessThan: { 'AWS:EpochTime': expires },
    ...(startsAt !== undefined && { DateGreaterThan: { 'AWS:EpochTime': startsAt } }),
    ...(ipRange !== undefined && { IpAddress: { 'AWS:SourceIp': ipRange } }),
  };
  return JSON.stringify({ Statement: [{ Resource: resource, Condition: condition }] });
}

interface SentPolicy extends Omit<CloudFrontPolicy, 'resource'> {
  readonly text: string;
  /** The beginning of every URL that is opened. */
  readonly opened: string;
}

/**
 * Returns the policy for one URL, which is not sent along: the signer and the verifier both write it. Returns
 * `undefined` for an expiry or a URL that `sign` refuses.
 */
function cannedPolicy(url: string, expiry: string): SentPolicy | undefined {
  const expires = readExpiry(expiry);
  if (expires === undefined || url.includes('*')) return undefined;
  return { text: writePolicy({ resource: url, expires }), opened: url, expires };
}

/** The policy for a folder as `writePolicy` writes it. */
const policyForm = new RegExp(
  [
    /^\{"Statement":\[\{"Resource":"(https?:\/\/[^*?"\\]*\/)\*","Condition":/,
    /\{"DateLessThan":\{"AWS:EpochTime":([1-9]\d{9})\}/,
    /(?:,"DateGreaterThan":\{"AWS:EpochTime":([1-9]\d{9})\})?/,
    /(?:,"IpAddress":\{"AWS:SourceIp":"([\da-fA-F.:/]+)"\})?\}\}\]\}$/,
  ]
    .map(({ source }) => source)
    .join(''),
);

/** Reads a policy that was sent along; returns `undefined` for a text that `sign` does not make. */
function readPolicy(text: string): SentPolicy | undefined {
  const [, opened, end, start, ipRange] = policyForm.exec(text) ?? [];
  const expires = readExpiry(end);
  return opened === undefined || expires === undefined
    ? undefined
    : { text, opened, expires, startsAt: readExpiry(start), ipRange };
}

/** Base64 with CloudFront's own three replacements: `+` is `-`, `=` is `_`, `/` is `~`. */
function encode(bytes: Uint8Array): string {
  return padded(base64url(bytes)).replaceAll('_', '~').replaceAll('=', '_');
}

function decode(text: string): Uint8Array | undefined {
  const bytes = base64Bytes(text.replaceAll('_', '=').replaceAll('~', '_'));
  return bytes && encode(bytes) === text ? bytes : undefined;
}
