import { utf8ToBytes } from '@noble/hashes/utils.js';
import { digest, hmac, md5, sha1, sha256 } from '../crypto/hash.ts';
import type { SecretOptions } from '../crypto/secret-list.ts';
import { macSigner } from '../crypto/signer.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { cdnFormat } from '../format-parts/cdn-format.ts';
import { address } from '../format-parts/ip.ts';
import {
  folderOf,
  folderScope,
  foldersAbove,
  hasFolders,
  openedFolder,
  openedUrl,
} from '../format-parts/opened-scope.ts';
import { withSecrets } from '../format-parts/with-secrets.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import type { PathForm } from '../url/canonical-path.ts';
import { runsIntoAddress, runsIntoExpiry } from './address-border.ts';
import { checkLinkHash, checkSecrets, linkCarrier, pathTexts, timeForms, tokenForm } from './link-template.ts';
import type { LinkEncoding, LinkTime } from './link-template.ts';

/**
 * The folder of a path that a token opens.
 *
 * - a number: the folder at that depth, or the deepest folder of the path if it has fewer; `1` makes `/vod/` of
 *   `/vod/7/720p/index.m3u8`
 * - `'parent'`: the folder that contains the file, and no folder below it
 * - `'tree'`: for signing, the folder that contains the file; for verifying, any of at most 32 folders above the file
 */
type Depth = number | 'parent' | 'tree';

/** The parts of a CDN's documentation that define its tokens; `secureLinkLayouts` has the well-known ones. */
export interface SecureLinkLayout {
  /**
   * The string that is hashed. It contains `{secret}`, `{expires}`, `{ip}`, and one of `{path}`, `{relativePath}`
   * (without its first `/`, and not directly after `{secret}`), `{directory}` (with both slashes) and `{folder}`
   * (without the last slash). The last two make tokens of a folder. With an HMAC, it does not contain `{secret}`, which
   * is the key. Use another secret for each layout.
   */
  hash: string;
  /**
   * The hash function; with `hmac-`, an HMAC (RFC 2104) whose key is the secret.
   * @default 'md5'
   */
  algorithm?: 'md5' | 'sha1' | 'sha256' | 'hmac-sha1' | 'hmac-sha256';
  /**
   * For a token in the query: values by parameter, with `{token}` and `{expires}`, such as `{ md5: '{token}', expires:
   * '{expires}' }`.
   */
  query?: Readonly<Record<string, string>>;
  /** For a token before the path: its form, such as `/{token}/{expires}`. */
  base?: string;
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
     * Seconds that the CDN adds to the time in the URL, for CDNs whose URLs carry the time of signing (Alibaba, Huawei,
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

const hashes = { md5, sha1, sha256, 'hmac-sha1': sha1, 'hmac-sha256': sha256 };

/**
 * Signs and verifies URLs of the nginx `secure_link_md5` family: a hash over a string that the CDN's documentation
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
  const { hash, algorithm, encoding, time, depth, pathForm, base, validity, ip, maxTtl } = option.readOptions(options, {
    ...option.secrets,
    hash: option.given,
    algorithm: option.oneOf(['md5', 'sha1', 'sha256', 'hmac-sha1', 'hmac-sha256'], 'md5'),
    encoding: option.oneOf(['base64url', 'base64url=', 'hex'], 'base64url'),
    time: option.oneOf(['decimal', 'hex', 'HEX'], 'decimal'),
    depth: (value = 'tree', name) => (value === 'parent' || value === 'tree' ? value : option.folderCount(value, name)),
    pathForm: option.pathForm('decoded'),
    query: option.given,
    base: option.given,
    validity: option.wholeSeconds(0, 0),
    ip: (value, name) => (value === '' ? '' : (address(value, name) ?? '')),
    maxTtl: option.maxLifetime,
  });
  const isHmac = algorithm.startsWith('hmac-');
  const pathName = checkLinkHash(hash, time, isHmac);
  const { pattern: timeForm, write: writeTime, read: readTime } = timeForms[time];
  const hashFunction = hashes[algorithm];
  const link = linkCarrier(options, tokenForm(encoding, hashFunction.pure.outputLen), timeForm);
  const written = encoding === 'hex' ? 'hex' : 'base64url';
  const wholeTime = new RegExp(`^${timeForm}$`);
  const signsFolder = pathName === 'directory' || pathName === 'folder';
  // A player uses a token with a prefix for the folders below it too, which a token of one folder does not open. So
  // each URL gets its own token.
  const opensBelow = signsFolder && (depth !== 'parent' || base !== undefined);
  const depthToSign = typeof depth === 'number' ? depth : Infinity;
  const foldersTo = (path: string): readonly string[] | undefined =>
    depth === 'tree' ? foldersAbove(path) : [folderOf(path, depthToSign)];

  const isBeforeAddress = hash.includes(`{${pathName}}{ip}`);
  const isBeforeExpiry = hash.includes(`{${pathName}}{expires}{ip}`);
  /** Tells whether the end of a path could be of the address or the expiry behind it. */
  const isAmbiguous = (path: string, stamp: string): boolean =>
    (isBeforeAddress && runsIntoAddress(pathTexts[pathName](path), ip)) ||
    (isBeforeExpiry && runsIntoExpiry(pathTexts[pathName](path), stamp, ip, maxTtl));
  // Texts and names alternate, and a text comes first.
  const parts = hash.split(/\{(\w+)\}/);
  const hashed = (fields: Readonly<Record<string, string>>): string => {
    let text = '';
    for (let i = 0; i < parts.length; i++) text += i % 2 === 1 ? fields[parts[i]!]! : parts[i]!;
    return text;
  };

  return withSecrets(options, (secrets) => {
    if (!isHmac) checkSecrets(hash, secrets);
    return cdnFormat({
      name: 'secure-link',
      scope: opensBelow ? 'prefix' : 'url',
      maxTtl,
      pathForm,
      carrier: link.carrier,
      signers: secrets.map((secret) => {
        const key = utf8ToBytes(secret);
        return macSigner(({ path, stamp }: LinkMessage) => {
          const text = hashed({ secret, ip, expires: stamp, [pathName]: pathTexts[pathName](path) });
          return isHmac ? hmac(hashFunction, key, text, written) : digest(hashFunction, text, written);
        });
      }),

      open({ url, path, search }) {
        if (signsFolder && !foldersTo(path))
          throw optionsError('url', 'The path has more folders than a token can open. Use fewer folders.');
        // If the path has fewer folders than `depth`, the token opens its folder without those below it.
        const isWhole = typeof depth !== 'number' || hasFolders(path, depth);
        const signed = signsFolder ? folderOf(path, depthToSign) : path;
        if (isAmbiguous(signed, '')) throw ambiguous();
        return {
          opened: opensBelow && isWhole ? openedFolder(url, depthToSign) : openedUrl(url, search, true),
          signed,
        };
      },
      scopeOf: (_, url) => (signsFolder ? folderScope(url, folderOf(url.pathname, depthToSign)) : undefined),
      message({ signed }, expires) {
        const stamp = writeTime(expires - validity);
        if (!wholeTime.test(stamp))
          throw optionsError('expires', 'This time cannot be written as `time` says. Give a later or an earlier one.');
        if (isAmbiguous(signed, stamp)) throw ambiguous();
        return { path: signed, stamp };
      },
      write: (token, _, expires) => link.write({ token, expires: writeTime(expires - validity) }),
      read({ values }, path) {
        const { token, expires: stamp } = link.read(values) ?? {};
        const signed = signsFolder ? foldersTo(path) : [path];
        if (token === undefined || stamp === undefined || !signed) return undefined;
        const messages = signed.filter((each) => !isAmbiguous(each, stamp)).map((each) => ({ path: each, stamp }));
        return messages.length === 0 ? undefined : { signature: token, messages, expires: readTime(stamp) + validity };
      },
    });
  });
}

interface LinkMessage {
  readonly path: string;
  /** The time as the URL writes it. */
  readonly stamp: string;
}

const ambiguous = (): Error =>
  optionsError(
    'url',
    'The URL has characters at its end that could be of the address or the expiry, so that another URL would have ' +
      'the same token. Rename the file or folder.',
  );
