import { digest, md5 } from '../crypto/hash.ts';
import { secretList } from '../crypto/secret-list.ts';
import type { SecretOptions } from '../crypto/secret-list.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { runsIntoExpiry } from '../format-parts/address-after-expiry.ts';
import { withAskedSecret } from '../format-parts/asked-secret.ts';
import { folderMark } from '../format-parts/folders.ts';
import type { Depth } from '../format-parts/folders.ts';
import { ipBytes, readIp } from '../format-parts/ip-bytes.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import type { PathForm } from '../url/canonical-path.ts';
import { templateWriter } from './link-carrier.ts';
import type { LinkCarrierOptions, LinkFields } from './link-carrier.ts';
import { linkFormat } from './link-format.ts';
import type { LinkTime } from './link-format.ts';

type LinkEncoding = 'base64url' | 'base64url=' | 'hex';

/** The parts of a CDN's documentation that define its tokens; `secureLinkLayouts` has the well-known ones. */
export interface SecureLinkLayout extends LinkCarrierOptions {
  /**
   * The string that is hashed. It contains `{secret}`, `{expires}`, `{ip}`, and one of `{path}`, `{relativePath}`
   * (without its first `/`, and not directly after `{secret}`), `{directory}` (with both slashes) and `{folder}`
   * (without the last slash). The last two make tokens of a folder. Use another secret for each layout.
   */
  hash: string;
  /** @default 'base64url' */
  encoding?: LinkEncoding;
  /** @default 'decimal' */
  time?: LinkTime;
  /** @default 'tree' */
  depth?: Depth;
  /** @default 'decoded' */
  pathForm?: PathForm;
}

export type SecureLinkOptions = SecretOptions &
  SecureLinkLayout & {
    /**
     * Seconds that the CDN adds to the time in the URL, for CDNs whose URLs carry the time of signing (Alibaba,
     * Tencent).
     * @default 0
     */
    validity?: number;
    /**
     * Binds the token to a client address. Make a format for each viewer, `format: (request) => secureLink({ …, ip })`,
     * and take the address from your platform, never from a header that the client can send.
     * @default '' which is what those CDNs hash without binding
     */
    ip?: string;
    /** @default 86400 seconds */
    maxTtl?: number;
  };

interface TokenEncoding {
  readonly pattern: string;
  readonly hash: (text: string) => string;
  /** See `TokenCarrierOptions`. */
  readonly padding?: string;
}

const inBase64url: TokenEncoding = { pattern: '[\\w-]{21}[AQgw]', hash: (text) => digest(md5, text, 'base64url') };
const encodings: Readonly<Record<string, TokenEncoding>> = {
  base64url: inBase64url,
  'base64url=': { ...inBase64url, padding: '==' },
  hex: { pattern: '[\\da-f]{32}', hash: (text) => digest(md5, text, 'hex') },
};

/**
 * Signs and verifies URLs of the nginx `secure_link_md5` family: MD5 over a string that the CDN's documentation
 * defines, carried in the query or before the path. It is as strict as `azion`: everything that `sign` does not
 * make exactly so is `malformed`, the signature is judged before the expiry, and every secret is tried.
 *
 * The expiry has a fixed length and there is one path, so a token has one reading, whatever digits its path ends with;
 * for templates with an address, see `checkLinkHash`. If `{ip}` directly follows the path or the expiry, the format
 * refuses paths whose end could be part of the address or the expiry: see `runsIntoAddress` and `runsIntoExpiry`.
 *
 * @throws `ERR_OPTIONS` for a layout that does not hash and carry both token and expiry, because its links would never
 *   end; for a layout with other placeholders, with more than one path, with two readings, or that could write a folder
 *   token of `azion`
 */
export function secureLink(options: SecureLinkOptions): VerifyingTokenFormat {
  checkNames(options, {
    secret: true,
    secrets: true,
    hash: true,
    encoding: true,
    time: true,
    depth: true,
    pathForm: true,
    query: true,
    base: true,
    escaped: true,
    validity: true,
    ip: true,
    maxTtl: true,
  });
  const asked = withAskedSecret(options, secureLink);
  if (asked) return asked;
  const { hash, encoding = 'base64url', time = 'decimal', depth = 'tree', pathForm = 'decoded' } = options;
  const { validity = 0, ip = '', maxTtl = 86_400, query, base } = options;
  const secrets = secretList(options);
  const path = checkLinkHash(hash, time);
  checkSecrets(hash, secrets);
  if (ip !== '') ipBytes(ip);
  const { pattern, hash: md5Of, padding = '' } = encodings[encoding as string] ?? {};
  if (!pattern || !md5Of) throw optionsError('encoding', "This is unknown. Give 'base64url', 'base64url=' or 'hex'.");
  const isBeforeAddress = hash.includes(`{${path}}{ip}`);
  const isBeforeExpiry = hash.includes(`{${path}}{expires}{ip}`);
  const ambiguity = (fields: LinkFields, stamp?: string): string | undefined => {
    const signed = fields[path]!;
    const inPath = isBeforeAddress && runsIntoAddress(signed, ip);
    const inExpiry = isBeforeExpiry && runsIntoExpiry(signed, stamp ?? '', ip, maxTtl);
    return inPath || inExpiry ? 'characters at its end that could be of the address or the expiry' : undefined;
  };
  return linkFormat({
    name: 'secure-link',
    macs: secrets.map((secret) => {
      const write = templateWriter(hash, { secret, ip });
      return (fields) => md5Of(write(fields));
    }),
    tokenPattern: pattern,
    signs: path === 'directory' || path === 'folder' ? 'folder' : 'path',
    ...{ padding, time, depth, pathForm, validity, maxTtl },
    ...(query && { query }),
    ...(base !== undefined && { base }),
    ambiguity,
  });
}

/**
 * Checks that in a rotation, one secret and the text beside it cannot be another secret and other text. An expiry has a
 * fixed length. A path after a secret begins with a slash, which `secretList` checks.
 *
 * @throws `ERR_OPTIONS`
 */
function checkSecrets(hash: string, secrets: readonly string[]): void {
  const [front = '', behind = ''] = hash.split('{secret}');
  const isVariable = (name: string | undefined): boolean => name !== undefined && name !== 'expires';
  const follows = isVariable([...front.matchAll(/\{(\w+)\}/g)].at(-1)?.[1]);
  const leads = isVariable(/\{(\w+)\}/.exec(behind)?.[1]) && !/^\{(?:path|directory|folder)\}/.test(behind);
  const isPart = (a: string, b: string): boolean =>
    a !== b && ((follows && a.endsWith(b)) || (leads && a.startsWith(b)));
  if (secrets.some((a) => secrets.some((b) => isPart(a, b)))) {
    throw optionsError(
      'secret',
      'One secret begins or ends with another one, so that two URLs could have the same token. Choose another secret.',
    );
  }
}

const pathNames = ['path', 'relativePath', 'directory', 'folder'];

/**
 * Returns the name of the one path that is hashed.
 *
 * @throws `ERR_OPTIONS` for a template without a path, `{secret}` or `{expires}`; for a template with another
 *   placeholder; for a template whose text could be read as another path with another address, or could be the text of
 *   another layout of this package
 */
function checkLinkHash(hash: unknown, time: LinkTime): string {
  const names = typeof hash === 'string' ? [...hash.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!) : [];
  const paths = names.filter((name) => pathNames.includes(name));
  const [path] = paths;
  const isKnown = names.every((name) => pathNames.includes(name) || ['secret', 'expires', 'ip'].includes(name));
  if (path === undefined || paths.length > 1 || !isKnown || !names.includes('secret') || !names.includes('expires')) {
    throw optionsError(
      'hash',
      'A placeholder is missing. Give text with {secret}, {expires}, and one of {path}, {directory} and {folder}.',
    );
  }
  checkBorders(hash as string, path, time);
  checkOtherLayouts(hash as string, path);
  return path;
}

/**
 * Checks that the hashed text shows where the path or the address ends. The secret and the length of the expiry are
 * fixed, so only a path and an address could exchange characters. One of these must mark the border: the secret between
 * them, which a client does not know; a character between them that occurs in no address and no expiry; or a slash of
 * the path itself on the side of the address. If an address directly follows a path, or a path and a decimal expiry,
 * each path is judged: see `runsIntoAddress` and `runsIntoExpiry`.
 *
 * @throws `ERR_OPTIONS`
 */
function checkBorders(hash: string, path: string, time: LinkTime): void {
  const part = hash.split('{secret}').find((each) => each.includes(`{${path}}`))!;
  const [front, behind] = part.split(`{${path}}`) as [string, string];
  const before = front.includes('{ip}') ? front.split('{ip}').at(-1)! : undefined;
  if (before !== undefined && path === 'relativePath' && !hasBorder(before)) {
    throw optionsError(
      'hash',
      '{ip} and {relativePath} run into each other. Put characters between them that an address cannot have.',
    );
  }
  const after = behind.includes('{ip}') ? behind.split('{ip}')[0]! : undefined;
  if (after === undefined || path === 'directory' || hasBorder(after)) return;
  if (after === '' || (after === '{expires}' && time === 'decimal')) return;
  throw optionsError(
    'hash',
    'A path and {ip} could run into each other. ' +
      'Put a character between them that an address cannot have, nothing, or a decimal {expires} alone.',
  );
}

/**
 * Checks that the hashed text cannot be that of another layout. After a secret, other layouts of this package have a
 * slash, an expiry, or `folder:` and a folder (`azion`). A client chooses the beginning of a relative path: with
 * the same secret, the token of the path `/folder:/vod/` would be that of the folder `/vod/`.
 *
 * @throws `ERR_OPTIONS`
 */
function checkOtherLayouts(hash: string, path: string): void {
  const between = new RegExp(`\\{secret\\}([^{}]*)\\{${path}\\}`).exec(hash)?.[1];
  if (between === undefined || (path === 'directory' && between === folderMark)) return;
  const isPartOfMark = path === 'relativePath' && (folderMark.startsWith(between) || /^\d+$/.test(between));
  if (!isPartOfMark && !between.startsWith(folderMark)) return;
  throw optionsError(
    'hash',
    `With the same secret, the token of a {${path}} may also be one of another layout. ` +
      'Write {path} where your CDN hashes the first slash, else put other characters between {secret} and it.',
  );
}

/** Tells whether a text contains a character that occurs neither in an address nor in an expiry. */
function hasBorder(between: string): boolean {
  return /[^\da-f:.]/i.test(between.replaceAll('{expires}', ''));
}

/** Media files whose names end with a digit, so that the end of their paths looks like the beginning of an address. */
const mediaFile = /\.(?:m3u8|mp[234]|ac[34]|eac3|h26[45]|av1|vp[89])$/i;

/** The length of the longest address. */
const longest = 45;

/**
 * Tells whether a path with a client's address directly after it has another reading that takes precedence: `/ch1` with
 * `1.2.3.4` is also `/ch` with `11.2.3.4`. Of all such readings, the one of a media file takes precedence, such as
 * `/ch.m3u8`, or else the one with the shortest path.
 *
 * @param ip a valid address; empty if no address is hashed
 */
function runsIntoAddress(path: string, ip: string): boolean {
  for (let length = 1; length <= ip.length; length++) {
    if (isAddressOrNone(ip.slice(length)) && mediaFile.test(path + ip.slice(0, length))) return true;
  }
  if (mediaFile.test(path)) return false;
  const end = /[\da-f:.]*$/i.exec(path.slice(-longest))![0];
  for (let length = 1; length <= end.length; length++) if (readIp(end.slice(-length) + ip)) return true;
  return false;
}

function isAddressOrNone(text: string): boolean {
  return text === '' || readIp(text) !== undefined;
}
