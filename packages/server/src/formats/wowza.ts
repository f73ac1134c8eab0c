import { padded } from '../crypto/base64url.ts';
import { digest, equalInConstantTime, sha256, sha384, sha512 } from '../crypto/hash.ts';
import type { Hash } from '../crypto/hash.ts';
import { secretList } from '../crypto/secret-list.ts';
import type { SecretOptions } from '../crypto/secret-list.ts';
import { checkNames } from '../errors/check-names.ts';
import { optionsError } from '../errors/options-error.ts';
import { withAskedSecret } from '../format-parts/asked-secret.ts';
import { prefixOf } from '../format-parts/access-list.ts';
import { checkTimes } from '../format-parts/check-times.ts';
import { readExpiry, writeExpiry } from '../format-parts/expiry.ts';
import { folderOf, foldersOpening } from '../format-parts/folders.ts';
import { ipBytes } from '../format-parts/ip-bytes.ts';
import { judging } from '../format-parts/judging.ts';
import { folderScope } from '../format-parts/opened-scope.ts';
import { pathToSign } from '../format-parts/path-to-sign.ts';
import { searchToSign } from '../format-parts/search-to-sign.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import { checkParameterNames, foldName, tokenQuery } from '../token/token-query.ts';
import { refused } from '../token/verdict.ts';
import { canonicalPath } from '../url/canonical-path.ts';

export type WowzaOptions = SecretOptions & {
  /** "Hash query parameter prefix". @default 'wowzatoken' */
  prefix?: string;
  /** @default 'sha256' */
  algorithm?: 'sha256' | 'sha384' | 'sha512';
  /** Unix seconds before which the token opens nothing. */
  startsAt?: number;
  /** More parameters that are signed; each name begins with `prefix`. */
  params?: Readonly<Record<string, string>>;
  /** Binds the token to a client address ("Include client IP address"); see `SecureLinkOptions`. */
  ip?: string;
  /** @default 86400 seconds */
  maxTtl?: number;
};

const hashes = { sha256, sha384, sha512 };

/**
 * Signs and verifies URLs for Wowza Streaming Engine SecureToken version 2: a hash over the content path
 * (`vod/sample.mp4`, the folder of its playlist), the parameters that begin with `prefix`, the secret and the client
 * address, sorted. A token opens everything below that folder. The application's "Playback Security" must have the same
 * prefix, algorithm and address setting.
 *
 * @throws `ERR_OPTIONS`; from `sign` also for folders whose names contain `?`, which ends the content path in the
 *   hashed text, and for paths with more than 32 folders
 */
export function wowza(options: WowzaOptions): VerifyingTokenFormat {
  checkNames(options, {
    secret: true,
    secrets: true,
    prefix: true,
    algorithm: true,
    startsAt: true,
    params: true,
    ip: true,
    maxTtl: true,
  });
  const asked = withAskedSecret(options, wowza);
  if (asked) return asked;
  const { prefix = 'wowzatoken', algorithm = 'sha256', startsAt, params = {}, ip, maxTtl = 86_400 } = options;
  const secrets = secretList(options);
  checkTimes({ maxTtl, startsAt });
  if (ip !== undefined) ipBytes(ip);
  const hash = hashes[algorithm] as Hash | undefined;
  if (!hash) throw optionsError('algorithm', "This is unknown. Give 'sha256', 'sha384' or 'sha512'.");
  if (!/^\w+$/.test(prefix))
    throw optionsError(
      'prefix',
      'This is empty, or has other characters than letters, digits and _. Give letters and digits.',
    );
  const [hashName, endName, startName] = [`${prefix}hash`, `${prefix}endtime`, `${prefix}starttime`];
  const names = [hashName, endName, startName, ...Object.keys(params)];
  if (!Object.keys(params).every((name) => name.startsWith(prefix))) {
    throw optionsError('params', 'A name does not begin with `prefix`. Write it with the prefix.');
  }
  checkParameterNames('params', names);
  // Values are hashed as they stand in the query. These characters stand there unescaped, and none of them ends a
  // value.
  if (!Object.values(params).every((value) => /^[\w!$'()*,\-./:;=?@~]+$/.test(value))) {
    throw optionsError(
      'params',
      "A value has characters that are not allowed. Give letters, digits and !$'()*,-./:;=?@_~",
    );
  }

  /**
   * Returns the text that is hashed after the content path and its `?`, the same for each folder. No value contains an
   * `&`.
   */
  const hashedParts = (secret: string, signed: readonly string[]): string =>
    [secret, ...(ip === undefined ? [] : [ip]), ...signed].sort().join('&');
  const hashOf = (folder: string, parts: string): string =>
    padded(digest(hash, `${folder.slice(1, -1)}?${parts}`, 'base64url'));
  /** Returns the folders whose tokens open a path; `undefined` for a path that the format does not sign. */
  const foldersTo = (path: string): readonly string[] | undefined =>
    folderOf(path, 'parent').includes('?') ? undefined : foldersOpening(path, 'tree');
  /** Returns the folder to sign. @throws `ERR_OPTIONS` for a URL that the format does not sign */
  const folderToSign = (url: URL): string => {
    const path = pathToSign(url, 'decoded');
    searchToSign(url, names, startsAt === undefined ? names.filter((name) => name !== startName) : names);
    if (!foldersTo(path))
      throw optionsError(
        'url',
        'The folder has a `?` in its name, or there are too many folders. Rename it, or use fewer folders.',
      );
    return folderOf(path, 'parent');
  };

  return {
    name: 'wowza',
    scope: 'prefix',
    maxTtl,
    parameters: names,

    opens(url) {
      folderToSign(url);
      return folderScope(url, folderOf(url.pathname, 'parent'));
    },

    sign(url, expires) {
      const folder = folderToSign(url);
      const start = startsAt === undefined ? {} : { [startName]: String(startsAt) };
      const signed = { [endName]: writeExpiry(expires), ...start, ...params };
      const pairs = Object.entries(signed).map(([name, value]) => `${name}=${value}`);
      const token = hashOf(folder, hashedParts(secrets[0]!, pairs));
      return { prefix: prefixOf(url, 'parent'), expires, query: { ...signed, [hashName]: token } };
    },

    verify: judging(({ url }, now) => {
      const own = tokenQuery(url.search, names);
      if (!own) return refused.malformed;
      const [token, end, start, ...others] = own.values;
      if (!token || !end) return refused.missing;
      const path = canonicalPath(url.pathname, 'decoded');
      const folders = path === undefined ? undefined : foldersTo(path);
      // A parameter that has the prefix and is unknown here would have to be part of the hashed text.
      const strange = own.rest.split(/[?&]/).some((pair) => foldName(pair).startsWith(prefix.toLowerCase()));
      const expires = readExpiry(end);
      const from = start === undefined ? 0 : readExpiry(start);
      if (!folders || strange || expires === undefined || from === undefined) return refused.malformed;
      if (expires > now + maxTtl || from > now) return refused.malformed;
      const signed: string[] = [];
      for (let i = 1; i < names.length; i++) {
        if (own.values[i] !== undefined) signed.push(`${names[i]}=${own.values[i]}`);
      }
      let genuine = 0;
      for (const secret of secrets) {
        const parts = hashedParts(secret, signed);
        for (const folder of folders) genuine |= Number(equalInConstantTime(hashOf(folder, parts), token));
      }
      if (!genuine || Object.values(params).some((value, i) => value !== others[i])) return refused.signature;
      if (expires < now) return refused.expired;
      return { ok: true, expires, url: url.origin + url.pathname + own.rest };
    }),
  };
}
