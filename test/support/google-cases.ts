import { cloudCdn, mediaCdn, mediaCdnToken } from '../../packages/server/src/index.ts';
import type { Vector, VectorCase } from './vector-cases.ts';
import { withoutQuery } from './vector-cases.ts';

const names = ['URLPrefix', 'Expires', 'KeyName', 'Signature'];

function signatureCase({ format, key, key_name, uri, acl, url, expires, token }: Vector): VectorCase {
  const carrier = ['cookie', 'path'].find((each) => format.endsWith(each)) ?? 'query';
  const make = format.startsWith('google-cloud') ? cloudCdn : mediaCdn;
  const ofPath = carrier === 'path' ? uri : undefined;
  const prefix = typeof acl === 'string' ? acl : ofPath;
  const options = { keys: [{ name: key_name!, key: key! }], maxTtl: Infinity };
  return {
    format: make({ ...options, carrier: carrier as 'query', ...(prefix === undefined ? { exact: true } : { prefix }) }),
    target: carrier === 'cookie' ? prefix! : withoutQuery(url.replace(/edge-cache-token=[^/]*\//, ''), ...names),
    expires: Number(expires),
    expected: carrier === 'query' ? url : token,
    ...(carrier !== 'query' && {
      made: ({ base, setCookie }) => /Signature=([\w-]+=*)/.exec(base ?? setCookie?.[0] ?? '')?.[1],
    }),
  };
}

function tokenCase({ key, acl, expires, token, extras = {} }: Vector): VectorCase {
  const full = token.includes('~Starts=');
  const prefix = /URLPrefix=([\w-]+)/.exec(token)?.[1];
  const options = {
    startsAt: 1_663_027_200,
    sessionId: 'test-id',
    data: 'test-data',
    ip: '203.0.113.9',
    headers: { Foo: 'bar', BAZ: 'quux' },
    ipRanges: ['203.0.113.0/24', '2001:db8:4a7f:a732/64'],
  };
  return {
    format: mediaCdnToken({
      keys: [key!],
      algorithm: extras.algorithm as 'sha1',
      maxTtl: Infinity,
      ...(full && options),
      ...(prefix === undefined && { pathGlobs: String(acl).replace('PathGlobs=', '') }),
    }),
    target: `${prefix ? Buffer.from(prefix, 'base64url').toString() : 'https://media.example.com/'}a.m3u8`,
    expires: Number(expires),
    expected: token,
    made: ({ query }) => query?.hdnts,
    ...(full && { headers: options.headers }),
  };
}

/** `undefined` for a vector of another family. */
export function googleCase(vector: Vector): VectorCase | undefined {
  if (!vector.format.startsWith('google-')) return undefined;
  return vector.format === 'google-media-cdn-token' ? tokenCase(vector) : signatureCase(vector);
}
