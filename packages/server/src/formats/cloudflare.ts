import { utf8ToBytes } from '@noble/hashes/utils.js';
import { hmac, sha256 } from '../crypto/hash.ts';
import { secretList } from '../crypto/secret-list.ts';
import type { SecretOptions } from '../crypto/secret-list.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { withAskedSecret } from '../format-parts/asked-secret.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import type { PathForm } from '../url/canonical-path.ts';
import { linkFormat } from './link-format.ts';

export type CloudflareOptions = SecretOptions & {
  /**
   * The lifetime in the rule, in seconds. The token carries the time of its making, `expires - ttl`, and lives exactly
   * this long from then on.
   */
  ttl: number;
  /** Whether the rule has the flag `'s'`: base64url without padding. @default false */
  urlSafe?: boolean;
  /** @default 'verify' */
  param?: string;
  /** Whether the rule's message includes the query (`http.request.uri`) or is the path alone. @default true */
  signQuery?: boolean;
  /** @default 'raw' */
  pathForm?: PathForm;
  /** @default `ttl` */
  maxTtl?: number;
};

/**
 * Signs and verifies URLs for Cloudflare's `is_timed_hmac_valid_v0`, with a rule such as `not
 * is_timed_hmac_valid_v0("secret", http.request.uri, 10800, http.request.timestamp.sec, 8)` and the action Block. In
 * this rule, 8 is the length of `?verify=` and 10800 is `ttl`. The token must be the last parameter. Each token opens
 * one URL.
 *
 * @throws `ERR_OPTIONS`
 */
export function cloudflare(options: CloudflareOptions): VerifyingTokenFormat {
  checkNames(options, {
    secret: true,
    secrets: true,
    ttl: true,
    urlSafe: true,
    param: true,
    signQuery: true,
    pathForm: true,
    maxTtl: true,
  });
  const asked = withAskedSecret(options, cloudflare);
  if (asked) return asked;
  const { ttl, urlSafe = false, param = 'verify', signQuery = true, pathForm = 'raw', maxTtl = ttl } = options;
  if ((ttl as unknown) === undefined) throw optionsError('ttl', 'Give the seconds of the rule in Cloudflare.', ttl);
  checkTimes({ ttl });
  const write = (mac: string): string => (urlSafe ? mac : `${mac.replaceAll('-', '+').replaceAll('_', '/')}=`);
  return linkFormat({
    name: 'cloudflare',
    macs: secretList(options)
      .map(utf8ToBytes)
      .map(
        (key) =>
          ({ uri, path, expires }) =>
            write(hmac(sha256, key, `${(signQuery ? uri : path) ?? ''}${expires ?? ''}`, 'base64url')),
      ),
    // 32 bytes are 43 characters, the last one with two zero bits.
    tokenPattern: urlSafe ? '[\\w-]{42}[AEIMQUYcgkosw048]' : '[A-Za-z\\d+/]{42}[AEIMQUYcgkosw048]=',
    signs: signQuery ? 'uri' : 'path',
    escaped: true,
    query: { [param]: '{expires}-{token}' },
    time: 'decimal',
    depth: 'parent',
    validity: ttl,
    ...{ pathForm, maxTtl },
  });
}
