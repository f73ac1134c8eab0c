import { padded } from '../crypto/base64url.ts';
import { digest, sha256, sha384, sha512 } from '../crypto/hash.ts';
import type { SecretOptions } from '../crypto/secret-list.ts';
import { macSigner } from '../crypto/signer.ts';
import { optionsError } from '../errors/options-error.ts';
import * as option from '../errors/options.ts';
import { queryCarrier } from '../format-parts/carriers.ts';
import type { CarriedTexts } from '../format-parts/carriers.ts';
import { cdnFormat } from '../format-parts/cdn-format.ts';
import { address } from '../format-parts/ip.ts';
import { folderOf, foldersAbove, openedFolder } from '../format-parts/opened-scope.ts';
import { readExpiry, readStart } from '../format-parts/signing-format.ts';
import { withSecrets } from '../format-parts/with-secrets.ts';
import type { VerifyingTokenFormat } from '../token/token-format.ts';
import { foldName } from '../token/token-query.ts';

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
  const {
    prefix,
    algorithm,
    startsAt,
    params = {},
    ip,
    maxTtl,
  } = option.readOptions(options, {
    ...option.secrets,
    prefix: option.matching(
      /^\w+$/,
      'This is empty, or has other characters than letters, digits and _. Give letters and digits.',
      'wowzatoken',
    ),
    algorithm: option.oneOf(['sha256', 'sha384', 'sha512'], 'sha256'),
    startsAt: option.unixTime,
    params: option.given,
    ip: address,
    maxTtl: option.maxLifetime,
  });
  const [hashName, endName, startName] = [`${prefix}hash`, `${prefix}endtime`, `${prefix}starttime`];
  const names = [hashName, endName, startName, ...Object.keys(params)];
  if (!Object.keys(params).every((name) => name.startsWith(prefix)))
    throw optionsError('params', 'A name does not begin with `prefix`. Write it with the prefix.');
  // Values are hashed as they stand in the query. These characters stand there unescaped, and none of them ends a
  // value.
  if (!Object.values(params).every((value) => /^[\w!$'()*,\-./:;=?@~]+$/.test(value)))
    throw optionsError(
      'params',
      "A value has characters that are not allowed. Give letters, digits and !$'()*,-./:;=?@_~",
    );
  const written = startsAt === undefined ? names.filter((name) => name !== startName) : names;

  /** Returns the texts that are signed and carried. */
  const textsUntil = (expires: number): CarriedTexts => ({
    [endName]: String(expires),
    ...(startsAt !== undefined && { [startName]: String(startsAt) }),
    ...params,
  });
  /** Returns the folders whose tokens open a path; `undefined` for a path that the format does not sign. */
  const foldersTo = (path: string): readonly string[] | undefined =>
    folderOf(path, Infinity).includes('?') ? undefined : foldersAbove(path);

  return withSecrets(options, (secrets) =>
    cdnFormat({
      name: 'wowza',
      scope: 'prefix',
      maxTtl,
      pathForm: 'decoded',
      carrier: queryCarrier(names, { namedIn: 'params', needed: 2, written, decodes: false }),
      signers: secrets.map((secret) =>
        macSigner(({ folder, pairs }: WowzaMessage) => {
          // No value contains an `&`.
          const parts = [secret, ...(ip === undefined ? [] : [ip]), ...pairs].sort().join('&');
          return padded(digest(hashes[algorithm], `${folder.slice(1, -1)}?${parts}`, 'base64url'));
        }),
      ),

      open({ url, path }) {
        if (!foldersTo(path))
          throw optionsError(
            'url',
            'The folder has a `?` in its name, or there are too many folders. Rename it, or use fewer folders.',
          );
        return { opened: openedFolder(url, Infinity), folder: folderOf(path, Infinity) };
      },
      message: ({ folder }, expires) => ({ folder, pairs: pairsOf(Object.entries(textsUntil(expires))) }),
      write: (signature, _, expires) => ({ ...textsUntil(expires), [hashName]: signature }),
      read({ values, search }, path) {
        const [signature = '', end, start, ...others] = values;
        const folders = foldersTo(path);
        // A parameter that has the prefix and is unknown here would have to be part of the hashed text.
        const isStrange = search.split(/[?&]/).some((pair) => foldName(pair).startsWith(prefix.toLowerCase()));
        if (!folders || isStrange) return undefined;
        const pairs = pairsOf(names.map((name, i) => [name, values[i]] as const).slice(1));
        return {
          signature,
          messages: folders.map((folder) => ({ folder, pairs })),
          expires: readExpiry(end),
          startsAt: readStart(start),
          opens: () => Object.values(params).every((value, i) => value === others[i]),
        };
      },
    }),
  );
}

interface WowzaMessage {
  readonly folder: string;
  /** The signed parameters, as `name=value`. */
  readonly pairs: readonly string[];
}

function pairsOf(texts: readonly (readonly [name: string, value: string | undefined])[]): readonly string[] {
  return texts.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
}
