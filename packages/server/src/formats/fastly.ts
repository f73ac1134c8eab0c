import { hmac, sha1, sha256 } from '../crypto/hash.ts';
import type { Hash } from '../crypto/hash.ts';
import { keyList } from '../crypto/secret-list.ts';
import type { KeyOptions } from '../crypto/secret-list.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import type { PathForm } from '../url/canonical-path.ts';
import { linkFormat } from './link-format.ts';

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

const algorithms: Readonly<Record<string, { hash: Hash; length: number }>> = {
  sha256: { hash: sha256, length: 64 },
  sha1: { hash: sha1, length: 40 },
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
  checkNames(options, { key: true, keys: true, algorithm: true, param: true, pathForm: true, maxTtl: true });
  const { algorithm = 'sha256', param = 'token', pathForm = 'raw', maxTtl = 86_400 } = options;
  const { hash, length } = algorithms[algorithm as string] ?? {};
  if (!hash) throw optionsError('algorithm', "This is unknown. Give 'sha256' or 'sha1'.");
  return linkFormat({
    name: 'fastly',
    macs: keyList(options, 'base64').map(
      (key) =>
        ({ path, expires }) =>
          hmac(hash, key, `${path ?? ''}${expires ?? ''}`, 'hex'),
    ),
    tokenPattern: `[\\da-f]{${length}}`,
    signs: 'path',
    query: { [param]: '{expires}_{token}' },
    time: 'decimal',
    depth: 'parent',
    validity: 0,
    ...{ pathForm, maxTtl },
  });
}
