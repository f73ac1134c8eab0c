import { generateKeyPairSync } from 'node:crypto';
import {
  bunny,
  cloudCdn,
  cloudFront,
  cloudflare,
  edgeAuth,
  fastly,
  mediaCdn,
  mediaCdnToken,
  secureLink,
  secureLinkLayouts as layouts,
  azion,
  wowza,
} from '../../packages/server/src/index.ts';
import type { VerifyingTokenFormat } from '../../packages/server/src/index.ts';
import { commonAccessToken } from '../../packages/server/src/cat.ts';
import { cloudflareStream, jwPlayer, jwt, mux } from '../../packages/server/src/jwt.ts';

export const secret = 'a secret of thirty-two characters';
export const hexKey = '00ff'.repeat(16);
export const base64Key = Buffer.from(secret.slice(0, 32)).toString('base64url');
export const rsaKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
export const videoId = '0123456789abcdef'.repeat(2);

const google = { keys: [{ name: 'k', key: base64Key }] };
const media = { keys: [base64Key], algorithm: 'sha256' as const };
const cloudFrontKeys = { keys: [{ id: 'K', privateKey: rsaKey }] };
const cat = { keys: [{ id: 'k', key: hexKey }] };
const jwtKeys = { keys: [{ id: 'k', key: rsaKey }] };

/** One format of each kind of signed text and carrier, with the path of a URL that it signs. */
export const samples: readonly (readonly [name: string, format: VerifyingTokenFormat, path: string])[] = [
  ['azion', azion({ secret }), '/vod/7/a.m3u8'],
  ['azion raw', azion({ secret, pathForm: 'raw' }), '/vod/7/a.m3u8'],
  ['azion of a folder', azion({ secret, depth: 2 }), '/vod/7/a.m3u8'],
  ['keyCdn', secureLink({ secret, ...layouts.keyCdn }), '/vod/7/a.m3u8'],
  ['gcore with an address', secureLink({ secret, ...layouts.gcore, ip: '203.0.113.9' }), '/vod/7/a.m3u8'],
  ['cdn77 path', secureLink({ secret, ...layouts.cdn77Path }), '/vod/7/a.m3u8'],
  ['gcore folder', secureLink({ secret, ...layouts.gcoreFolder }), '/vod/7/a.m3u8'],
  ['nginx HMAC', secureLink({ secret, ...layouts.nginxHmac }), '/vod/7/a.m3u8'],
  ['huawei A', secureLink({ secret, ...layouts.huaweiA }), '/vod/7/a.m3u8'],
  ['qiniu', secureLink({ secret, ...layouts.qiniu }), '/vod/7/a.m3u8'],
  ['alibaba A', secureLink({ secret, ...layouts.alibabaA }), '/vod/7/a.m3u8'],
  [
    'a folder of nginx',
    secureLink({ secret, hash: '{secret}{directory}{expires}', query: { st: '{token}', e: '{expires}' } }),
    '/vod/7/a.m3u8',
  ],
  ['cloudflare', cloudflare({ secret, ttl: 3600 }), '/vod/7/a.m3u8'],
  ['fastly', fastly({ key: base64Key }), '/vod/7/a.m3u8'],
  ['wowza', wowza({ secret }), '/vod/7/a.m3u8'],
  ['edgeAuth', edgeAuth({ key: hexKey }), '/vod/7/a.m3u8'],
  ['edgeAuth list', edgeAuth({ key: hexKey, acl: ['/live/*/hls/*', '/vod/*'], pathForm: 'decoded' }), '/vod/7/a.m3u8'],
  [
    'edgeAuth exact',
    edgeAuth({ key: hexKey, exact: true, signQuery: true, escape: true, carrier: 'cookie' }),
    '/vod/7/a.m3u8',
  ],
  ['bunny path', bunny({ secret }), '/vod/7/a.m3u8'],
  ['bunny query', bunny({ secret, carrier: 'query', ignoreParams: true }), '/vod/7/a.m3u8'],
  ['bunny exact', bunny({ secret, carrier: 'query', exact: true }), '/vod/7/a.m3u8'],
  ['bunny 2', bunny({ secret, carrier: 'query', exact: true, version: 2 }), '/vod/7/a.m3u8'],
  ['cloudCdn', cloudCdn(google), '/vod/7/a.m3u8'],
  ['cloudCdn cookie', cloudCdn({ ...google, carrier: 'cookie' }), '/vod/7/a.m3u8'],
  ['mediaCdn path', mediaCdn(google), '/vod/7/a.m3u8'],
  ['mediaCdnToken', mediaCdnToken(media), '/vod/7/a.m3u8'],
  [
    'mediaCdnToken globs',
    mediaCdnToken({ ...media, pathGlobs: ['/vod/*', '/live/*'], carrier: 'cookie' }),
    '/vod/7/a.m3u8',
  ],
  ['cloudFront', cloudFront(cloudFrontKeys), '/vod/7/a.m3u8'],
  ['cloudFront exact', cloudFront({ ...cloudFrontKeys, carrier: 'query', exact: true }), '/vod/7/a.m3u8'],
  ['common access token', commonAccessToken(cat), '/vod/7/a.m3u8'],
  ['common access token in a header', commonAccessToken({ ...cat, exact: true, carrier: 'header' }), '/vod/7/a.m3u8'],
  [
    'jwt',
    jwt({ keys: [{ key: secret }], algorithm: 'HS256', claims: ({ pathname }) => ({ sub: pathname }) }),
    '/vod/7/a.m3u8',
  ],
  [
    'jwt of a folder, as a bearer',
    jwt({ keys: [{ key: secret }], algorithm: 'HS256', depth: 2, carrier: 'bearer' }),
    '/vod/7/a.m3u8',
  ],
  ['jwPlayer', jwPlayer({ secret }), '/vod/7/a.m3u8'],
  ['mux', mux(jwtKeys), '/abc.m3u8'],
  ['cloudflareStream', cloudflareStream(jwtKeys), `/${videoId}/manifest/video.m3u8`],
];
