import {
  bunny,
  cloudCdn,
  cloudflare,
  cloudFront,
  edgeAuth,
  fastly,
  mediaCdn,
  mediaCdnToken,
  secureLink,
  secureLinkLayouts as layouts,
  azion,
  wowza,
} from '../../packages/server/src/index.ts';
import { commonAccessToken } from '../../packages/server/src/cat.ts';
import type { CommonAccessTokenOptions } from '../../packages/server/src/cat.ts';
import { cloudflareStream, jwPlayer, jwt, mux } from '../../packages/server/src/jwt.ts';
import { base64Key, hexKey, rsaKey, secret, videoId } from '../support/format-samples.ts';
import { HOST } from '../support/seams.ts';
import { describeSignedChildren } from '../support/signed-children.ts';
import type { EdgeSubject } from '../support/signed-children.ts';
import { tokenFormat } from '../support/token-formats.ts';

const key = { key: hexKey };
const google = { keys: [{ name: 'k', key: base64Key }] };
const media = { keys: [base64Key], algorithm: 'sha256' as const };
const cf = { keys: [{ id: 'K', privateKey: rsaKey }], carrier: 'query' as const };
const cat = { keys: [{ id: 'k', key: hexKey }] };
const jwtKeys = { keys: [{ id: 'k', key: rsaKey }] };
const inQuery = { secret, carrier: 'query' as const, ignoreParams: true };
const nginx = { secret, hash: '{secret}{directory}{expires}', query: { st: '{token}', e: '{expires}' } };
const shared = { keys: [{ key: secret }], algorithm: 'HS256' as const };
const catOf = (part: number, match: number, text: string): CommonAccessTokenOptions['uri'] =>
  new Map([[part, new Map([[match, text]])]]);

const lists = ['/vod/7/a/*', '/vod/7*', '/*/i.m3u8', '/vod/7/a/i.m3u8', ['/live/*', '/vod/7/?/*']];
const narrowEdgeAuth = [
  edgeAuth(key),
  edgeAuth({ ...key, depth: 2 }),
  ...lists.map((acl) => edgeAuth({ ...key, acl })),
];
const narrowMedia = [
  mediaCdnToken(media),
  mediaCdnToken({ ...media, depth: 2 }),
  ...lists.map((pathGlobs) => mediaCdnToken({ ...media, pathGlobs })),
];
const narrowCat = [
  commonAccessToken(cat),
  commonAccessToken({ ...cat, depth: 2 }),
  commonAccessToken({ ...cat, exact: true }),
  ...[catOf(3, 1, '/vod/7'), catOf(5, 0, '/vod/7/a'), catOf(8, 0, '.m3u8'), 'any' as const].map((uri) =>
    commonAccessToken({ ...cat, uri: uri! }),
  ),
];
const narrowCdn = [
  cloudCdn(google),
  cloudCdn({ ...google, depth: 2 }),
  cloudCdn({ ...google, prefix: `${HOST}/vod/7` }),
];
const narrowBunny = (options: Parameters<typeof bunny>[0]): ReturnType<typeof bunny>[] => [
  bunny(options),
  bunny({ ...options, depth: 2 }),
  bunny({ ...options, depth: 0 }),
];
const folderClaims = {
  claims: ({ pathname }: URL) => ({ dir: pathname.split('/')[1] }),
  opens: ({ origin, pathname }: URL) => ({
    kind: 'folder' as const,
    href: `${origin}/${pathname.split('/').length > 2 ? `${pathname.split('/')[1]}/` : ''}`,
  }),
};
const muxPaths = [
  '/abc.m3u8',
  '/abc/high.mp4',
  '/abc/thumbnail.png',
  '/xyz.m3u8',
  '/xyz/high.mp4',
  '/xyz/storyboard.vtt',
];
const streamPaths = [videoId, videoId.replaceAll('0', '9')].flatMap((id) =>
  ['manifest/video.m3u8', 'manifest/a/b.m3u8', 'seg/1.ts'].map((file) => `/${id}/${file}`),
);

const subjects: readonly EdgeSubject[] = [
  {
    name: 'azion, two folders',
    format: azion({ secret, depth: 2 }),
    viewers: [azion({ secret }), azion({ secret, depth: 2 })],
  },
  {
    name: 'azion, secret asked for',
    format: azion({ secret: () => secret, depth: 1 }),
    viewers: [azion({ secret }), azion({ secret, depth: 1 })],
  },
  { name: 'edgeAuth', format: edgeAuth(key), viewers: narrowEdgeAuth },
  { name: 'edgeAuth, one folder', format: edgeAuth({ ...key, depth: 1 }), viewers: narrowEdgeAuth },
  { name: 'edgeAuth, list', format: edgeAuth({ ...key, acl: ['/vod/*', '/live/*'] }), viewers: narrowEdgeAuth },
  { name: 'edgeAuth, exact', format: edgeAuth({ ...key, exact: true }), viewers: [edgeAuth({ ...key, exact: true })] },
  { name: 'bunny', format: bunny({ secret, depth: 1 }), viewers: narrowBunny({ secret }) },
  { name: 'bunny, tokenPath', format: bunny({ secret, tokenPath: '/vod/' }), viewers: narrowBunny({ secret }) },
  { name: 'bunny in the query', format: bunny({ ...inQuery, depth: 1 }), viewers: narrowBunny(inQuery) },
  { name: 'cloudCdn', format: cloudCdn(google), viewers: narrowCdn },
  { name: 'cloudCdn, one folder', format: cloudCdn({ ...google, depth: 1 }), viewers: narrowCdn },
  { name: 'cloudCdn, prefix', format: cloudCdn({ ...google, prefix: `${HOST}/vod/` }), viewers: narrowCdn },
  {
    name: 'cloudCdn, exact',
    format: cloudCdn({ ...google, exact: true }),
    viewers: [cloudCdn({ ...google, exact: true })],
  },
  {
    name: 'mediaCdn',
    format: mediaCdn({ ...google, depth: 1 }),
    viewers: [mediaCdn(google), mediaCdn({ ...google, depth: 2 })],
  },
  { name: 'mediaCdnToken', format: mediaCdnToken(media), viewers: narrowMedia },
  { name: 'mediaCdnToken, one folder', format: mediaCdnToken({ ...media, depth: 1 }), viewers: narrowMedia },
  { name: 'mediaCdnToken, globs', format: mediaCdnToken({ ...media, pathGlobs: '/vod/*' }), viewers: narrowMedia },
  {
    name: 'cloudFront',
    format: cloudFront({ ...cf, depth: 1 }),
    viewers: [cloudFront(cf), cloudFront({ ...cf, depth: 2 }), cloudFront({ ...cf, depth: 0 })],
  },
  {
    name: 'cloudFront, exact',
    format: cloudFront({ ...cf, exact: true }),
    viewers: [cloudFront({ ...cf, exact: true })],
  },
  { name: 'wowza', format: wowza({ secret }), viewers: [wowza({ secret })] },
  {
    name: 'CDN77 in the path',
    format: secureLink({ secret, ...layouts.cdn77Path }),
    viewers: [1, 2, 'tree' as const].map((depth) => secureLink({ secret, ...layouts.cdn77Path, depth })),
  },
  {
    name: 'Gcore folder',
    format: secureLink({ secret, ...layouts.gcoreFolder }),
    viewers: [secureLink({ secret, ...layouts.gcoreFolder })],
  },
  {
    name: 'nginx, tree',
    format: secureLink(nginx),
    viewers: [1, 2, 'tree' as const].map((depth) => secureLink({ ...nginx, depth })),
  },
  {
    name: 'nginx, two folders',
    format: secureLink({ ...nginx, depth: 2 }),
    viewers: [secureLink({ ...nginx, depth: 2 }), secureLink(nginx)],
  },
  { name: 'fastly', format: fastly({ key: base64Key }), viewers: [fastly({ key: base64Key })] },
  { name: 'cloudflare', format: cloudflare({ secret, ttl: 3600 }), viewers: [cloudflare({ secret, ttl: 3600 })] },
  { name: 'commonAccessToken', format: commonAccessToken(cat), viewers: narrowCat },
  { name: 'commonAccessToken, one folder', format: commonAccessToken({ ...cat, depth: 1 }), viewers: narrowCat },
  { name: 'commonAccessToken, any', format: commonAccessToken({ ...cat, uri: 'any' }), viewers: narrowCat },
  { name: 'commonAccessToken, exact', format: commonAccessToken({ ...cat, exact: true }), viewers: narrowCat },
  {
    name: 'jwt of a folder',
    format: jwt({ ...shared, ...folderClaims }),
    viewers: [jwt({ ...shared, ...folderClaims })],
  },
  { name: 'jwPlayer', format: jwPlayer({ secret }), viewers: [jwPlayer({ secret })] },
  { name: 'mux', format: mux(jwtKeys), viewers: [mux(jwtKeys)], paths: muxPaths },
  {
    name: 'cloudflareStream',
    format: cloudflareStream(jwtKeys),
    viewers: [cloudflareStream(jwtKeys)],
    paths: streamPaths,
  },
  {
    name: "a team's own, in the query",
    format: tokenFormat('query', [secret]),
    viewers: [tokenFormat('query', [secret])],
  },
];

for (const subject of subjects) describeSignedChildren(subject);
