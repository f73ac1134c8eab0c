import { jwPlayer } from '../../packages/server/src/jwt.ts';
import { bunny, cloudflare, fastly, wowza } from '../../packages/server/src/index.ts';
import type { BunnyOptions } from '../../packages/server/src/index.ts';
import type { Vector, VectorCase } from './vector-cases.ts';
import { withoutQuery } from './vector-cases.ts';

function fastlyCase({ key, url, expires, token, extras = {} }: Vector): VectorCase {
  return {
    format: fastly({ key: key!, algorithm: extras.algorithm as 'sha1', maxTtl: Infinity }),
    target: withoutQuery(url, 'token'),
    expires: Number(expires),
    expected: token,
    made: ({ query }) => query?.token,
  };
}

function cloudflareCase({ secret, url, token, extras = {} }: Vector): VectorCase {
  const ttl = 10_800;
  return {
    format: cloudflare({ secret: secret!, ttl, urlSafe: extras.flags === 's' }),
    target: withoutQuery(url, 'verify'),
    expires: Number(extras.issued_at) + ttl,
    expected: decodeURIComponent(token),
    made: ({ query }) => query?.verify,
  };
}

function bunnyCase({ format, key, uri, url, acl, expires, token, extras = {} }: Vector): VectorCase {
  const inPath = url.includes('/bcdn_token=');
  const list = (...names: string[]): string[] | undefined => {
    const found = names.map((name) => extras[name]).find((each) => typeof each === 'string');
    return typeof found === 'string' ? found.split(',') : undefined;
  };
  const countries = list('ca', 'countriesAllowed');
  const countriesBlocked = list('cb', 'countriesBlocked');
  const limit = extras.limit ?? extras.speedLimit;
  const ip = extras.ip ?? extras.userIp;
  const options = {
    ...(limit !== undefined && { limit: Number(limit) }),
    ...(typeof ip === 'string' && { ip }),
    ...(countries && { countries, country: countries[0]! }),
    ...(countriesBlocked && { countriesBlocked, country: 'US' }),
  };
  return {
    format: bunny({
      secret: key!,
      version: format.includes('v3') ? 3 : 2,
      maxTtl: Infinity,
      ...options,
      carrier: inPath ? 'path' : 'query',
      ...(acl === undefined ? { exact: true } : { tokenPath: String(acl) }),
      ...(extras.ignoreParams === true && { ignoreParams: true }),
    } satisfies BunnyOptions),
    target: uri!,
    expires: Number(expires),
    expected: token,
    made: ({ query, base }) => query?.token ?? /bcdn_token=([^&]*)/.exec(base ?? '')?.[1],
  };
}

function wowzaCase({ secret, url, expires, extras = {} }: Vector): VectorCase {
  const { wowzatokenstarttime: start, ...params } = extras.params as Record<string, string>;
  delete params.wowzatokenendtime;
  return {
    format: wowza({
      secret: secret!,
      algorithm: extras.algorithm as 'sha256',
      params,
      maxTtl: Infinity,
      ...(start !== undefined && { startsAt: Number(start) }),
      ...(typeof extras.ip === 'string' && { ip: extras.ip }),
    }),
    target: `https://cdn.example.com${url.split('?')[0]!}`,
    expires: Number(expires),
    expected: `https://cdn.example.com${url}`,
  };
}

function jwPlayerCase({ secret, url, token, expires }: Vector): VectorCase {
  return {
    format: jwPlayer({ secret: secret!, maxTtl: Infinity }),
    target: withoutQuery(url, 'token'),
    expires: Number(expires),
    expected: token,
    made: ({ query }) => query?.token,
  };
}

/** `undefined` for a vector of another family. */
export function hmacCase(vector: Vector): VectorCase | undefined {
  if (vector.format === 'fastly-vcl-token') return fastlyCase(vector);
  if (vector.format === 'cloudflare-timed-hmac-v0') return cloudflareCase(vector);
  if (vector.format === 'wowza-securetoken-v2') return wowzaCase(vector);
  if (vector.format === 'jwplayer-jwt') return jwPlayerCase(vector);
  return /^bunny-token-v[23]/.test(vector.format) ? bunnyCase(vector) : undefined;
}
