import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import { canonicalPath } from '../canonical-path.ts';
import { equalInConstantTime } from '../equal-in-constant-time.ts';
import { optionsError } from '../options-error.ts';
import { secretList } from '../secret-list.ts';
import type { SecretOptions } from '../secret-list.ts';
import type { TokenFormat } from '../token-format.ts';
import { tokenQuery } from '../token-query.ts';
import { refused } from '../verdict.ts';
import { prefixOf } from './access-list.ts';
import { base64urlPadded } from './base64url-padded.ts';

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
 * Wowza Streaming Engine SecureToken version 2: a hash over the content path (`vod/sample.mp4`, the folder of its playlist),
 * the parameters that begin with `prefix`, the secret and the client address, sorted. It opens everything below that
 * folder. The application's "Playback Security" must have the same prefix, algorithm and address setting.
 *
 * @throws `ERR_OPTIONS`
 */
export function wowza(options: WowzaOptions): TokenFormat {
  const { prefix = 'wowzatoken', algorithm = 'sha256', startsAt, params = {}, ip, maxTtl = 86_400 } = options;
  const secrets = secretList(options);
  if (!/^\w+$/.test(prefix)) throw optionsError('prefix', 'give letters and digits');
  if (!Object.keys(params).every((name) => name.startsWith(prefix))) {
    throw optionsError('params', 'names must begin with `prefix`');
  }
  const [hashName, endName, startName] = [`${prefix}hash`, `${prefix}endtime`, `${prefix}starttime`];
  const names = [...new Set([hashName, endName, startName, ...Object.keys(params)])];

  const hashOf = (secret: string, path: string, signed: readonly (readonly [string, string])[]): string => {
    const content = path.slice(1, path.lastIndexOf('/'));
    const parts = [secret, ...(ip === undefined ? [] : [ip]), ...signed.map(([name, value]) => `${name}=${value}`)];
    return base64urlPadded(hashes[algorithm](utf8ToBytes(`${content}?${parts.sort().join('&')}`)));
  };

  return {
    name: 'wowza',
    scope: 'prefix',
    maxTtl,

    sign(url, expires) {
      const path = canonicalPath(url.pathname, 'decoded');
      if (path === undefined) throw optionsError('url', 'this path has more than one reading and is never signed');
      if (!/^[1-9]\d{9}$/.test(String(expires))) throw optionsError('expires', 'give unix seconds, ten digits');
      const start = startsAt === undefined ? {} : { [startName]: String(startsAt) };
      const signed = { [endName]: String(expires), ...start, ...params };
      const hash = hashOf(secrets[0]!, path, Object.entries(signed));
      return { prefix: prefixOf(url, Infinity), expires, query: { ...signed, [hashName]: hash } };
    },

    verify(request, now) {
      const url = new URL(request.url);
      const own = tokenQuery(url.search, names);
      if (!own) return refused.malformed;
      const values = Object.fromEntries(names.map((name, i) => [name, own.values[i]]));
      const { [hashName]: hash, [endName]: end, [startName]: start } = values;
      if (!hash || !end) return refused.missing;
      const path = canonicalPath(url.pathname, 'decoded');
      // A parameter with the prefix that is not known here would have to be part of what is hashed.
      const strange = own.rest.split(/[?&]/).some((pair) => pair.toLowerCase().startsWith(prefix.toLowerCase()));
      const isTime = (text: string): boolean => /^[1-9]\d{9}$/.test(text);
      if (path === undefined || strange || !isTime(end) || (start !== undefined && !isTime(start)))
        return refused.malformed;
      if (Number(end) > now + maxTtl || Number(start ?? 0) > now) return refused.malformed;
      const signed = Object.entries(values).flatMap(([name, value]) =>
        name === hashName || value === undefined ? [] : [[name, value] as const],
      );
      let genuine = 0;
      for (const secret of secrets) genuine |= Number(equalInConstantTime(hashOf(secret, path, signed), hash));
      if (!genuine || Object.entries(params).some(([name, value]) => values[name] !== value)) return refused.signature;
      if (Number(end) < now) return refused.expired;
      return { ok: true, expires: Number(end), url: url.origin + url.pathname + own.rest };
    },
  };
}
