import { utf8ToBytes } from '@noble/hashes/utils.js';
import { base64Bytes, utf8Text } from '../crypto/base64url.ts';
import { privateKeySigner } from '../crypto/private-key-signer.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { prefixOf } from '../format-parts/access-list.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { readExpiry, writeExpiry } from '../format-parts/expiry.ts';
import { checkFolderCount, folderOf } from '../format-parts/folders.ts';
import { checkIpRange, inIpRange, readIpRange } from '../format-parts/ip-bytes.ts';
import { judging } from '../format-parts/judging.ts';
import { folderScope, urlScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import { valueCarrier } from '../format-parts/value-carrier.ts';
import type { ValueCarrierOptions } from '../format-parts/value-carrier.ts';
import type { SignedToken, VerifyingTokenFormat } from '../token/token-format.ts';
import { refused } from '../token/verdict.ts';
import { canonicalPath } from '../url/canonical-path.ts';

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
  checkNames(options, {
    keys: true,
    carrier: true,
    cookie: true,
    hash: true,
    exact: true,
    depth: true,
    startsAt: true,
    ipRange: true,
    ip: true,
    maxTtl: true,
  });
  const { carrier: kind = 'cookie', hash = 'SHA256', exact = false, depth = Infinity, maxTtl = 86_400 } = options;
  const { startsAt, ipRange, ip } = options;
  if (exact && (startsAt !== undefined || ipRange !== undefined))
    throw optionsError(
      'exact',
      '`exact` makes a canned policy, which has an expiry only. Leave `exact` out, or the other conditions.',
    );
  checkTimes({ maxTtl, startsAt });
  checkFolderCount(depth);
  if (ipRange !== undefined) checkIpRange('ipRange', ipRange);
  if (hash !== 'SHA256' && (hash as unknown) !== 'SHA1')
    throw optionsError('hash', "This is unknown. Give 'SHA256' or 'SHA1'.");
  const algorithm = hash === 'SHA1' ? 'SHA-1' : 'SHA-256';
  const signers = new Map(
    options.keys.map(({ id, privateKey }) => [id, privateKeySigner(privateKey, algorithm, cloudFrontEncoding)]),
  );
  const [keyId] = signers.keys();
  if (!keyId)
    throw optionsError(
      'keys',
      'The list is empty, or a key has no id. Give at least one key with its id. The first one signs.',
    );
  const front = kind === 'cookie' ? 'CloudFront-' : '';
  const names = [exact ? 'Expires' : 'Policy', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm'].map(
    (name) => front + name,
  );
  const written = hash === 'SHA1' ? names.slice(0, -1) : names;
  const carrier = valueCarrier(names, { ...options, carrier: kind }, written);

  /** Returns the scope of a token for `url`. @throws `ERR_OPTIONS` for a URL that the format does not sign */
  const openedBy = (url: URL): { resource: string; search: string } => {
    pathToSign(url, 'raw');
    const search = carrier.searchOf(url);
    const literal = exact ? url.origin + url.pathname + search : prefixOf(url, depth);
    if (literal.includes('*'))
      throw optionsError(
        'url',
        'The URL has a `*`, which is a wildcard in a policy. Rename the file, or write it as %2A.',
      );
    return { resource: exact ? literal : `${literal}*`, search };
  };

  return {
    name: 'cloud-front',
    scope: exact ? 'url' : 'prefix',
    maxTtl,
    ...carrier.places,

    opens: (url) => {
      const { search } = openedBy(url);
      return exact ? urlScope(url, search) : folderScope(url, folderOf(url.pathname, depth));
    },

    async sign(url, expires): Promise<SignedToken> {
      const { resource } = openedBy(url);
      const expiry = writeExpiry(expires);
      const policy = writePolicy({ resource, expires, startsAt, ipRange });
      const signature = await signers.get(keyId)!.sign(policy);
      const values = [exact ? expiry : cloudFrontEncoding.encode(utf8ToBytes(policy)), signature, keyId];
      if (hash !== 'SHA1') values.push(hash);
      const carried = Object.fromEntries(values.map((value, i) => [names[i]!, value]));
      const opened = exact ? { url: resource + url.hash } : { prefix: resource.slice(0, -1) };
      return carrier.token(opened, expires, carried);
    },

    verify: judging(async (sent, now) => {
      const { origin, pathname } = sent.url;
      const carried = carrier.read(sent);
      if (!carried) return refused.malformed;
      const [what, signature, id, given = 'SHA1'] = carried.values;
      if (!what || !signature || !id) return refused.missing;
      const url = origin + pathname + carried.search;
      // The configuration decides on the algorithm: a token without `Hash-Algorithm` would otherwise be checked with
      // SHA-1.
      if (canonicalPath(pathname, 'raw') === undefined || given !== hash) return refused.malformed;
      const text = exact ? cannedPolicy(url, what) : utf8Text(cloudFrontEncoding.decode(what));
      if (text === undefined) return refused.malformed;
      if (!(await signers.get(id)?.verify(text, signature))) return refused.signature;
      const policy = readPolicy(text);
      if (!policy || policy.expires > now + maxTtl || (policy.startsAt ?? 0) > now) return refused.malformed;
      // A canned policy names a URL, whatever characters that URL contains.
      const folder = exact ? undefined : /^(https?:\/\/[^*?]*\/)\*$/.exec(policy.resource)?.[1];
      if (!exact && folder === undefined) return refused.malformed;
      if ((folder !== undefined && !url.startsWith(folder)) || !isFromRange(ip, policy.ipRange))
        return refused.signature;
      if (policy.expires <= now) return refused.expired;
      return { ok: true, expires: policy.expires, url, carriers: carried.carriers };
    }),
  };
}

/** Returns the policy, which is not sent along; `undefined` for an expiry or a URL that `sign` refuses. */
function cannedPolicy(url: string, expiry: string): string | undefined {
  const expires = readExpiry(expiry);
  return expires === undefined || url.includes('*') ? undefined : writePolicy({ resource: url, expires });
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
 * Returns the text to sign, without whitespace and in this order. No URL contains the text of a canned policy: the
 * signer and the verifier both write it. JSON escapes the characters that would end a text, so different policies are
 * different texts.
 */
function writePolicy({ resource, expires, startsAt, ipRange }: CloudFrontPolicy): string {
  const condition = {
    DateLessThan: { 'AWS:EpochTime': expires },
    ...(startsAt !== undefined && { DateGreaterThan: { 'AWS:EpochTime': startsAt } }),
    ...(ipRange !== undefined && { IpAddress: { 'AWS:SourceIp': ipRange } }),
  };
  return JSON.stringify({ Statement: [{ Resource: resource, Condition: condition }] });
}

/**
 * Reads a policy whose signature is valid. Returns `undefined` for a policy that says more than this module
 * understands, or says it in another form than `writePolicy`.
 */
function readPolicy(text: string): CloudFrontPolicy | undefined {
  const policy = parsePolicy(text);
  const { resource, expires, startsAt, ipRange } = policy ?? {};
  const isUnderstood =
    typeof resource === 'string' &&
    isTime(expires) &&
    (startsAt === undefined || isTime(startsAt)) &&
    (ipRange === undefined || readIpRange(ipRange) !== undefined);
  return policy && isUnderstood && writePolicy(policy) === text ? policy : undefined;
}

/** Returns the parts of a policy from their places, of whatever type they are. */
function parsePolicy(text: string): CloudFrontPolicy | undefined {
  try {
    const { Statement } = JSON.parse(text) as { Statement: [Statement] };
    const [{ Resource: resource, Condition }] = Statement;
    return {
      resource,
      expires: Condition.DateLessThan['AWS:EpochTime'],
      startsAt: Condition.DateGreaterThan?.['AWS:EpochTime'],
      ipRange: Condition.IpAddress?.['AWS:SourceIp'],
    };
  } catch {
    return undefined;
  }
}

interface Statement {
  Resource: string;
  Condition: {
    DateLessThan: { 'AWS:EpochTime': number };
    DateGreaterThan?: { 'AWS:EpochTime': number };
    IpAddress?: { 'AWS:SourceIp': string };
  };
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && readExpiry(String(value)) !== undefined;
}

/**
 * Tells whether a policy with an address range lets a client in. It does not let in a client whose address is unknown.
 */
function isFromRange(ip: string | undefined, range: string | undefined): boolean {
  return range === undefined || inIpRange(ip, range);
}

/** Base64 with CloudFront's own three replacements: `+` is `-`, `=` is `_`, `/` is `~`. */
const cloudFrontEncoding: {
  readonly encode: (bytes: Uint8Array) => string;
  readonly decode: (text: string) => Uint8Array | undefined;
} = {
  encode: (bytes) => {
    let binary = '';
    for (const byte of bytes) binary += String.fromCharCode(byte);
    return btoa(binary).replaceAll('+', '-').replaceAll('=', '_').replaceAll('/', '~');
  },
  decode: (text) => {
    const bytes = base64Bytes(text.replaceAll('_', '=').replaceAll('-', '+').replaceAll('~', '/'));
    return bytes && cloudFrontEncoding.encode(bytes) === text ? bytes : undefined;
  },
};
