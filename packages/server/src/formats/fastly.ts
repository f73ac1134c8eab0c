import { hmac, sha1, sha256 } from '../crypto/hash.ts';
import { keyList } from '../crypto/secret-list.ts';
import type { KeyOptions } from '../crypto/secret-list.ts';
import { macSigner } from '../crypto/signer.ts';
import * as option from '../errors/options.ts';
import { queryCarrier } from '../format-parts/carriers.ts';
import { cdnFormat } from '../format-parts/cdn-format.ts';
import { openedUrl } from '../format-parts/opened-scope.ts';
import { readExpiry } from '../format-parts/signing-format.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import type { PathForm } from '../url/canonical-path.ts';

export type FastlyOptions = KeyOptions & {
  /** @default 'sha256' */
  algorithm?: 'sha256' | 'sha1';
  /** @default 'token' */
  param?: string;
  /** The default is the form of `req.url.path`. @default 'raw' */
  pathForm?: PathForm;
  /** @default 86400 seconds */
  maxTtl?: number;
};

const algorithms = {
  sha256: { hash: sha256, form: /^(\d{10})_([\da-f]{64})$/ },
  sha1: { hash: sha1, form: /^(\d{10})_([\da-f]{40})$/ },
};

/**
 * Signs and verifies URLs with the token of `fastly/token-functions`: `token=EXPIRES_HEX`, where HEX is an HMAC over
 * path and expiry. Each token opens one path, with any query. `key` is base64, as in `digest.base64_decode` of the VCL.
 * The VCL must use `digest.hmac_sha256` (or `_sha1`) with the same key over `req.url.path` and the expiry, and answer
 * 403 and 410.
 *
 * @throws `ERR_OPTIONS`
 */
export function fastly(options: FastlyOptions): VerifyingTokenFormat {
  const { algorithm, param, pathForm, maxTtl } = option.readOptions(options, {
    ...option.keys,
    algorithm: option.oneOf(['sha256', 'sha1'], 'sha256'),
    param: option.nameOr('token'),
    pathForm: option.pathForm('raw'),
    maxTtl: option.maxLifetime,
  });
  const { hash, form } = algorithms[algorithm];

  return cdnFormat({
    name: 'fastly',
    scope: 'url',
    maxTtl,
    pathForm,
    carrier: queryCarrier([param], { decodes: false }),
    signers: keyList(options, 'base64').map((key) => macSigner((text) => hmac(hash, key, text, 'hex'))),

    open: ({ url, path, search }) => ({ opened: openedUrl(url, search, true), path }),
    message: ({ path }, expires) => path + String(expires),
    write: (signature, _, expires) => ({ [param]: `${expires}_${signature}` }),
    read({ values: [token = ''] }, path) {
      const [, expires, signature] = form.exec(token) ?? [];
      if (signature === undefined) return undefined;
      return { signature, messages: [`${path}${expires}`], expires: readExpiry(expires) };
    },
  });
}
