import { digest, md5 } from '../../crypto/hash.ts';
import { secretList } from '../../crypto/secret-list.ts';
import type { SecretOptions } from '../../crypto/secret-list.ts';
import { checkNames } from '../../errors/check-names.ts';
import { optionsError } from '../../errors/options-error.ts';
import { runsIntoExpiry } from '../../format-parts/address-after-expiry.ts';
import { withAskedSecret } from '../../format-parts/asked-secret.ts';
import type { Depth } from '../../format-parts/folders.ts';
import { ipBytes } from '../../format-parts/ip-bytes.ts';
import type { VerifyingTokenFormat } from '../../token/token-format.ts';
import type { PathForm } from '../../url/canonical-path.ts';
import { runsIntoAddress } from './address-after-path.ts';
import type { LinkCarrierOptions } from './link-carrier.ts';
import { linkFormat } from './link-format.ts';
import { checkLinkHash } from './link-hash.ts';
import { templateWriter } from './link-template.ts';
import type { LinkFields } from './link-template.ts';
import type { LinkTime } from './link-time.ts';

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
 * defines, carried in the query or before the path. It is as strict as `secureToken`: everything that `sign` does not
 * make exactly so is `malformed`, the signature is judged before the expiry, and every secret is tried.
 *
 * The expiry has a fixed length and there is one path, so a token has one reading, whatever digits its path ends with;
 * for templates with an address, see `checkLinkHash`. If `{ip}` directly follows the path or the expiry, the format
 * refuses paths whose end could be part of the address or the expiry: see `runsIntoAddress` and `runsIntoExpiry`.
 *
 * @throws `ERR_OPTIONS` for a layout that does not hash and carry both token and expiry, because its links would never
 *   end; for a layout with other placeholders, with more than one path, with two readings, or that could write a folder
 *   token of `secureToken`
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
