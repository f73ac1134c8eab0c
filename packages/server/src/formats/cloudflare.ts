import { utf8ToBytes } from '@noble/hashes/utils.js';
import { hmac, sha256 } from '../crypto/hash.ts';
import type { SecretOptions } from '../crypto/secret-list.ts';
import { macSigner } from '../crypto/signer.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { queryCarrier } from '../format-parts/carriers.ts';
import { cdnFormat } from '../format-parts/cdn-format.ts';
import { openedUrl } from '../format-parts/opened-scope.ts';
import { readExpiry } from '../format-parts/signing-format.ts';
import { withSecrets } from '../format-parts/with-secrets.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import type { PathForm } from '../url/canonical-path.ts';

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
  const { ttl, urlSafe, param, signQuery, pathForm, maxTtl } = option.readOptions(options, {
    ...option.secrets,
    ttl: option.wholeSeconds(1),
    urlSafe: option.flag(),
    param: option.nameOr('verify'),
    signQuery: option.flag(true),
    pathForm: option.pathForm('raw'),
    maxTtl: option.optional(option.maxLifetime),
  });
  // 32 bytes are 43 characters, the last one with two zero bits.
  const form = urlSafe
    ? /^(\d{10})-([\w-]{42}[AEIMQUYcgkosw048])$/
    : /^(\d{10})-([A-Za-z\d+/]{42}[AEIMQUYcgkosw048]=)$/;
  const written = (mac: string): string => (urlSafe ? mac : `${mac.replaceAll('-', '+').replaceAll('_', '/')}=`);
  /** Returns what is hashed before the time: the first `?` of path and query must be the one between them. */
  const signedPart = (path: string, search: string): string | undefined =>
    signQuery && path.includes('?') ? undefined : path + (signQuery ? search : '');

  return withSecrets(options, (secrets) =>
    cdnFormat({
      name: 'cloudflare',
      scope: 'url',
      maxTtl: maxTtl ?? ttl,
      pathForm,
      carrier: queryCarrier([param]),
      signers: secrets
        .map(utf8ToBytes)
        .map((key) => macSigner((text) => written(hmac(sha256, key, text, 'base64url')))),

      open({ url, path, search }) {
        const part = signedPart(path, search);
        if (part === undefined)
          throw optionsError(
            'url',
            'The path has a `?`, so that another URL would have the same token. Rename the file.',
          );
        return { opened: openedUrl(url, search, !signQuery), part };
      },
      message: ({ part }, expires) => part + String(expires - ttl),
      write: (signature, _, expires) => ({ [param]: `${expires - ttl}-${signature}` }),
      read({ values: [token = ''], search }, path) {
        const [, made, signature] = form.exec(token) ?? [];
        const part = signedPart(path, search);
        if (signature === undefined || part === undefined) return undefined;
        return { signature, messages: [`${part}${made}`], expires: (readExpiry(made) ?? NaN) + ttl };
      },
    }),
  );
}
