import {
  azion,
  bunny,
  cloudCdn,
  cloudFront,
  edgeAuth,
  mediaCdn,
  mediaCdnToken,
  secureLink,
} from '../../packages/server/src/index.ts';
import { commonAccessToken } from '../../packages/server/src/cat.ts';
import { cloudflareStream, mux } from '../../packages/server/src/jwt.ts';
import { base64Key, hexKey, rsaKey, secret, videoId } from '../support/format-samples.ts';
import { HOST } from '../support/seams.ts';
import { describeSignedChildren } from '../support/signed-children.ts';
import type { EdgeSubject } from '../support/signed-children.ts';

const key = { key: hexKey };
const google = { keys: [{ name: 'k', key: base64Key }] };
const media = { keys: [base64Key], algorithm: 'sha256' as const };
const cf = { keys: [{ id: 'K', privateKey: rsaKey }], carrier: 'query' as const };
const cat = { keys: [{ id: 'k', key: hexKey }] };
const ids = { keys: [{ id: 'k', key: rsaKey }] };
const nginx = { secret, hash: '{secret}{directory}{expires}', query: { st: '{token}', e: '{expires}' } };
const catOf = (part: number, match: number, text: string): ReturnType<typeof commonAccessToken> =>
  commonAccessToken({ ...cat, uri: new Map([[part, new Map([[match, text]])]]) });
const lists = ['/vod/7/a/*', '/vod/7*', '/*/i.m3u8', '/vod/7/a/i.m3u8', ['/live/*', '/vod/7/?/*']];
const folders = ['/abc', '/xyz'];
const streams = [videoId, videoId.replaceAll('0', '9')];

/** Edges, with viewers whose tokens open less, as much, or something else. */
const subjects: readonly EdgeSubject[] = [
  { name: 'azion', format: azion({ secret, depth: 2 }), viewers: [azion({ secret }), azion({ secret, depth: 2 })] },
  {
    name: 'edgeAuth',
    format: edgeAuth({ ...key, acl: ['/vod/*', '/live/*'] }),
    viewers: [edgeAuth(key), ...lists.map((acl) => edgeAuth({ ...key, acl }))],
  },
  {
    name: 'bunny',
    format: bunny({ secret, tokenPath: '/vod/' }),
    viewers: [0, 2, 9].map((depth) => bunny({ secret, depth })),
  },
  {
    name: 'cloudCdn',
    format: cloudCdn({ ...google, prefix: `${HOST}/vod/` }),
    viewers: [cloudCdn(google), cloudCdn({ ...google, prefix: `${HOST}/vod/7` })],
  },
  { name: 'mediaCdn', format: mediaCdn({ ...google, depth: 1 }), viewers: [mediaCdn({ ...google, depth: 2 })] },
  {
    name: 'mediaCdnToken',
    format: mediaCdnToken({ ...media, depth: 1 }),
    viewers: [mediaCdnToken(media), ...lists.map((pathGlobs) => mediaCdnToken({ ...media, pathGlobs }))],
  },
  {
    name: 'cloudFront',
    format: cloudFront({ ...cf, depth: 1 }),
    viewers: [0, 2].map((depth) => cloudFront({ ...cf, depth })),
  },
  {
    name: 'a folder of nginx',
    format: secureLink({ ...nginx, depth: 2 }),
    viewers: [secureLink(nginx), secureLink({ ...nginx, depth: 2 })],
  },
  {
    name: 'commonAccessToken',
    format: commonAccessToken({ ...cat, uri: 'any' }),
    viewers: [commonAccessToken(cat), catOf(3, 1, '/vod/7'), catOf(5, 0, '/vod/7/a'), catOf(8, 0, '.m3u8')],
  },
  {
    name: 'mux',
    format: mux(ids),
    viewers: [mux(ids)],
    paths: folders.flatMap((id) => [`${id}.m3u8`, `${id}/high.mp4`, `${id}/thumbnail.png`]),
  },
  {
    name: 'cloudflareStream',
    format: cloudflareStream(ids),
    viewers: [cloudflareStream(ids)],
    paths: streams.flatMap((id) => [`/${id}/manifest/video.m3u8`, `/${id}/manifest/a/b.m3u8`, `/${id}/seg/1.ts`]),
  },
];

for (const subject of subjects) describeSignedChildren(subject);
