import { describe, expect, test } from 'vitest';
import {
  bunny,
  cloudCdn,
  cloudflare,
  edgeAuth,
  mediaCdn,
  mediaCdnToken,
  secureLink,
  secureLinkLayouts as layouts,
  azion,
  wowza,
} from '../../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../../packages/server/src/index.ts';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import { cloudflareStream, jwt, mux } from '../../../../packages/server/src/jwt.ts';
import { base64Key, hexKey, rsaKey, secret, videoId } from '../../../support/format-samples.ts';
import { requestWith } from '../../../support/token-request.ts';

const NOW = 1_795_500_000;
const HOST = 'https://cdn.example.com';
const hex = { key: hexKey };
const google = { keys: [{ name: 'k', key: base64Key }] };
const media = { keys: [base64Key] };
const ids = { keys: [{ id: 'k', key: rsaKey }] };
const cat = { keys: [{ id: 'k', ...hex }] };
const hmacKeys = { keys: [{ key: secret }], algorithm: 'HS256' as const };
const asked = '/vod/7/hd/a.m3u8?x=1';

const exactBunny = { secret, exact: true, carrier: 'query' } as const;
const catOf = (part: number, match: number, text: string): TokenFormat =>
  commonAccessToken({ ...cat, uri: new Map([[part, new Map([[match, text]])]]) });
const folderJwt = jwt({
  ...hmacKeys,
  claims: () => ({}),
  opens: ({ origin }) => ({ kind: 'folder', href: `${origin}/vod/` }),
});

test.each<[string, TokenFormat, opened: string, path?: string]>([
  ['azion', azion({ secret }), 'path /vod/7/hd/a.m3u8'],
  ['azion, two folders', azion({ secret, depth: 2 }), 'folder /vod/7/'],
  ['azion, too few folders', azion({ secret, depth: 4 }), 'path /vod/7/hd/a.m3u8'],
  ['gcoreFolder', secureLink({ secret, ...layouts.gcoreFolder }), 'folder /vod/7/hd/'],
  ['cloudflare', cloudflare({ secret, ttl: 60 }), 'url /vod/7/hd/a.m3u8?x=1'],
  ['a URL with a token', cloudflare({ secret, ttl: 60 }), 'url /a?x=1', '/a?x=1&verify=old'],
  ['wowza', wowza({ secret }), 'folder /vod/7/hd/'],
  ['edgeAuth, list', edgeAuth({ ...hex, acl: ['/vod/7/*', '/vod/8/x?y/*'] }), 'folder /vod/'],
  ['edgeAuth, one file', edgeAuth({ ...hex, acl: '/vod/7/hd/a.m3u8' }), 'path /vod/7/hd/a.m3u8'],
  ['bunny, no slash', bunny({ secret, tokenPath: '/vod/7' }), 'folder /vod/'],
  ['bunny, exact query', bunny(exactBunny), 'url /vod/7/hd/a.m3u8?x=1'],
  ['bunny, ignoreParams', bunny({ ...exactBunny, ignoreParams: true }), 'path /vod/7/hd/a.m3u8'],
  ['cloudCdn, no slash', cloudCdn({ ...google, prefix: `${HOST}/vod/7` }), 'folder /vod/'],
  ['mediaCdnToken, globs', mediaCdnToken({ ...media, pathGlobs: ['/vod/7/hd/*', '/vod/7/sd/*'] }), 'folder /vod/7/'],
  ['cat', commonAccessToken(cat), 'folder /vod/7/hd/'],
  ['cat, any', commonAccessToken({ ...cat, uri: 'any' }), 'folder /'],
  ['cat, prefix', catOf(3, 1, '/vod/7'), 'folder /vod/'],
  ['jwt', jwt({ ...hmacKeys, claims: () => ({}) }), 'path /vod/7/hd/a.m3u8'],
  ['jwt, opens', folderJwt, 'folder /vod/'],
  ['mux', mux(ids), 'folder /', '/abc.m3u8'],
  ['mux, image', mux(ids), 'folder /abc/', '/abc/thumbnail.png'],
  ['cloudflareStream', cloudflareStream(ids), `folder /${videoId}/`, `/${videoId}/manifest/video.m3u8`],
])('%s says what its tokens open', (_, format, opened, path = asked) => {
  const scope = format.opens!(new URL(`${HOST}${path}#t=1`));
  expect(`${scope.kind} ${scope.href.replace(HOST, '')}`).toBe(opened);
});

test.each<[string, TokenFormat, string, string[]]>([
  [
    'edgeAuth',
    edgeAuth({ ...hex, acl: ['/vod/7/*', '/vod/a.key'] }),
    '/vod/7/a',
    ['folder /vod/7/', 'path /vod/a.key'],
  ],
  [
    'mediaCdnToken',
    mediaCdnToken({ ...media, pathGlobs: ['/vod/7/*', '*.ts'] }),
    '/vod/7/a',
    ['folder /vod/7/', 'folder /'],
  ],
  ['mux', mux(ids), '/abc/high.mp4', ['path /abc.m3u8', 'folder /abc/']],
])('%s: a token that opens several things says which', (_, format, path, parts) => {
  const scope = format.opens!(new URL(HOST + path));
  expect(scope.kind).toBe('folder');
  expect(scope.parts?.map(({ kind, href }) => `${kind} ${href.replace(HOST, '')}`)).toEqual(parts);
});

describe('a token in the path', () => {
  test.each<[string, TokenFormat, string]>([
    ['cdn77Path', secureLink({ secret, ...layouts.cdn77Path }), asked],
    ['bunny', bunny({ secret }), asked],
    ['mediaCdn', mediaCdn(google), asked],
    ['cloudflareStream', cloudflareStream(ids), `/${videoId}/manifest/video.m3u8`],
  ])('%s: is taken off again, genuine or not', async (_, format, path) => {
    const token = await format.sign(new URL(HOST + path), NOW);
    expect(format.bare!(new URL(token.base!)).href).toBe(token.prefix);
    const sent = new URL(requestWith(HOST + path, token).url);
    expect(format.bare!(sent).href).toBe(HOST + path);
    expect(format.bare!(new URL(HOST + path)).href).toBe(HOST + path);
  });
});

describe('a token says no more to a player than it opens', () => {
  test('secureLink: a URL with fewer folders than `depth` has a token of its own folder alone', async () => {
    const format = secureLink({ secret, ...layouts.gcoreFolder, depth: 2 });
    const token = await format.sign(new URL(`${HOST}/vod/a.ts`), NOW);
    expect(token).toMatchObject({ url: `${HOST}/vod/a.ts`, anyQuery: true });
    expect(token.prefix).toBeUndefined();
    expect(await format.verify(requestWith(`${HOST}/vod/7/a.ts`, token), NOW)).toMatchObject({ ok: false });
    expect(await format.sign(new URL(`${HOST}/vod/7/a.ts`), NOW)).toMatchObject({ prefix: `${HOST}/vod/7/` });
  });
});
