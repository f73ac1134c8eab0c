import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
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
} from '../../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../../packages/server/src/index.ts';
import { commonAccessToken } from '../../../../packages/server/src/cat.ts';
import { cloudflareStream, jwPlayer, jwt, mux } from '../../../../packages/server/src/jwt.ts';
import { requestWith } from '../../../support/token-request.ts';

const NOW = 1_795_500_000;
const HOST = 'https://cdn.example.com';
const secret = 'a secret of thirty-two characters';
const hex = { key: '00ff'.repeat(16) };
const key32 = Buffer.from(secret.slice(0, 32)).toString('base64url');
const google = { keys: [{ name: 'k', key: key32 }] };
const media = { keys: [key32] };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();
const cf = { keys: [{ id: 'K', privateKey: rsa }] };
const ids = { keys: [{ id: 'k', key: rsa }] };
const cat = { keys: [{ id: 'k', ...hex }] };
const video = '0123456789abcdef'.repeat(2);
const hmacKeys = { keys: [{ key: secret }], algorithm: 'HS256' as const };
const asked = '/vod/7/hd/a.m3u8?x=1';

test.each<[string, TokenFormat, string, string, string]>([
  ['azion', azion({ secret }), asked, 'path', '/vod/7/hd/a.m3u8'],
  ['azion, two folders', azion({ secret, depth: 2 }), asked, 'folder', '/vod/7/'],
  ['azion, too few folders', azion({ secret, depth: 4 }), asked, 'path', '/vod/7/hd/a.m3u8'],
  ['cdn77Path', secureLink({ secret, ...layouts.cdn77Path }), asked, 'folder', '/vod/7/hd/'],
  ['gcoreFolder', secureLink({ secret, ...layouts.gcoreFolder }), asked, 'folder', '/vod/7/hd/'],
  ['cloudflare', cloudflare({ secret, ttl: 60 }), asked, 'url', '/vod/7/hd/a.m3u8?x=1'],
  ['fastly', fastly({ key: 'AAAA' }), asked, 'path', '/vod/7/hd/a.m3u8'],
  ['wowza', wowza({ secret }), asked, 'folder', '/vod/7/hd/'],
  ['edgeAuth', edgeAuth(hex), asked, 'folder', '/vod/7/hd/'],
  ['edgeAuth, exact', edgeAuth({ ...hex, exact: true }), asked, 'path', '/vod/7/hd/a.m3u8'],
  ['edgeAuth, query', edgeAuth({ ...hex, exact: true, signQuery: true }), asked, 'url', '/vod/7/hd/a.m3u8?x=1'],
  ['edgeAuth, list', edgeAuth({ ...hex, acl: ['/vod/7/*', '/vod/8/x?y/*'] }), asked, 'folder', '/vod/'],
  ['edgeAuth, border', edgeAuth({ ...hex, acl: '/vod/7*' }), asked, 'folder', '/vod/'],
  ['edgeAuth, everywhere', edgeAuth({ ...hex, acl: ['/vod/7/*', '*.ts'] }), asked, 'folder', '/'],
  ['edgeAuth, one file', edgeAuth({ ...hex, acl: '/vod/7/hd/a.m3u8' }), asked, 'path', '/vod/7/hd/a.m3u8'],
  [
    'edgeAuth, decoded list',
    edgeAuth({ ...hex, acl: '/é b/*', pathForm: 'decoded' }),
    '/%C3%A9%20b/x',
    'folder',
    '/%C3%A9%20b/',
  ],
  ['bunny, tokenPath', bunny({ secret, tokenPath: '/vod/7/' }), asked, 'folder', '/vod/7/'],
  ['bunny, no slash', bunny({ secret, tokenPath: '/vod/7' }), asked, 'folder', '/vod/'],
  ['bunny, exact link', bunny({ secret, exact: true }), asked, 'path', '/vod/7/hd/a.m3u8'],
  ['bunny, exact query', bunny({ secret, exact: true, carrier: 'query' }), asked, 'url', '/vod/7/hd/a.m3u8?x=1'],
  ['bunny, any order', bunny({ secret, exact: true, carrier: 'query' }), `${asked}&y=2`, 'path', '/vod/7/hd/a.m3u8'],
  [
    'bunny, ignoreParams',
    bunny({ secret, exact: true, carrier: 'query', ignoreParams: true }),
    asked,
    'path',
    '/vod/7/hd/a.m3u8',
  ],
  ['mediaCdn', mediaCdn(google), asked, 'folder', '/vod/7/hd/'],
  ['cloudCdn, prefix', cloudCdn({ ...google, prefix: `${HOST}/vod/` }), asked, 'folder', '/vod/'],
  ['cloudCdn, no slash', cloudCdn({ ...google, prefix: `${HOST}/vod/7` }), asked, 'folder', '/vod/'],
  ['mediaCdnToken, exact', mediaCdnToken({ ...media, exact: true }), asked, 'path', '/vod/7/hd/a.m3u8'],
  [
    'mediaCdnToken, globs',
    mediaCdnToken({ ...media, pathGlobs: ['/vod/7/hd/*', '/vod/7/sd/*'] }),
    asked,
    'folder',
    '/vod/7/',
  ],
  ['cloudFront', cloudFront(cf), asked, 'folder', '/vod/7/hd/'],
  ['cloudFront, exact', cloudFront({ ...cf, exact: true }), asked, 'url', '/vod/7/hd/a.m3u8?x=1'],
  ['cat', commonAccessToken(cat), asked, 'folder', '/vod/7/hd/'],
  ['cat, any', commonAccessToken({ ...cat, uri: 'any' }), asked, 'folder', '/'],
  [
    'cat, prefix',
    commonAccessToken({ ...cat, uri: new Map([[3, new Map([[1, '/vod/7']])]]) }),
    asked,
    'folder',
    '/vod/',
  ],
  [
    'cat, parent',
    commonAccessToken({ ...cat, uri: new Map([[5, new Map([[0, '/vod/7/hd']])]]) }),
    asked,
    'folder',
    '/vod/7/hd/',
  ],
  ['cat, extension', commonAccessToken({ ...cat, uri: new Map([[8, new Map([[0, '.m3u8']])]]) }), asked, 'folder', '/'],
  ['jwPlayer', jwPlayer({ secret }), asked, 'path', '/vod/7/hd/a.m3u8'],
  ['jwt', jwt({ ...hmacKeys, claims: () => ({}) }), asked, 'path', '/vod/7/hd/a.m3u8'],
  [
    'jwt, opens',
    jwt({ ...hmacKeys, claims: () => ({}), opens: ({ origin }) => ({ kind: 'folder', href: `${origin}/vod/` }) }),
    asked,
    'folder',
    '/vod/',
  ],
  ['mux', mux(ids), '/abc.m3u8', 'folder', '/'],
  ['mux, image', mux(ids), '/abc/thumbnail.png', 'folder', '/abc/'],
  ['cloudflareStream', cloudflareStream(ids), `/${video}/manifest/video.m3u8`, 'folder', `/${video}/`],
])('%s says what its tokens open', (_, format, path, kind, opened) => {
  const scope = format.opens!(new URL(`${HOST}${path}#t=1`));
  expect(scope).toMatchObject({ kind, href: HOST + opened });
  expect(new URL(scope.href).href).toBe(scope.href);
});

test.each<[string, TokenFormat, string, [string, string][]]>([
  [
    'edgeAuth',
    edgeAuth({ ...hex, acl: ['/vod/7/*', '/vod/8/x?y/*', '/vod/a.key'] }),
    '/vod/7/a',
    [
      ['folder', '/vod/7/'],
      ['folder', '/vod/8/'],
      ['path', '/vod/a.key'],
    ],
  ],
  [
    'mediaCdnToken',
    mediaCdnToken({ ...media, pathGlobs: ['/vod/7/*', '*.ts'] }),
    '/vod/7/a',
    [
      ['folder', '/vod/7/'],
      ['folder', '/'],
    ],
  ],
  [
    'mux',
    mux(ids),
    '/abc/high.mp4',
    [
      ['path', '/abc.m3u8'],
      ['folder', '/abc/'],
    ],
  ],
])('%s: a token that opens several things says which', (_, format, path, parts) => {
  const scope = format.opens!(new URL(HOST + path));
  expect(scope.kind).toBe('folder');
  expect(scope.parts).toEqual(parts.map(([kind, href]) => ({ kind, href: HOST + href })));
});

test('a token that is there already is not part of what is opened', () => {
  const format = cloudflare({ secret, ttl: 60 });
  expect(format.opens!(new URL(`${HOST}/a?x=1&verify=old`)).href).toBe(`${HOST}/a?x=1`);
});

test('a scope of the team on another origin, or that is none, is an error', () => {
  for (const scope of [
    { kind: 'folder', href: 'https://other/' },
    { kind: 'folder', href: `${HOST}/vod` },
    { kind: 'all', href: HOST },
    { kind: 'path', href: '/a' },
    { kind: 'path', href: `${HOST}/a?b` },
  ]) {
    const format = jwt({ ...hmacKeys, claims: () => ({}), opens: () => scope as never });
    expect(() => format.opens!(new URL(`${HOST}/a`))).toThrow(/^opens:/);
  }
});

describe.each<[string, (patterns: readonly string[]) => TokenFormat]>([
  ['acl of edgeAuth', (acl) => edgeAuth({ ...hex, acl })],
  ['pathGlobs of mediaCdnToken', (pathGlobs) => mediaCdnToken({ ...media, pathGlobs })],
])('%s', (_, make) => {
  test('a list that no URL, cookie or header can carry is an error', () => {
    const patterns = (count: number): string[] => Array.from({ length: count }, () => '/abcde/*');
    // of nine characters with what stands between two of them
    expect(() => make(patterns(910))).not.toThrow();
    expect(() => make(patterns(911))).toThrow(/^(?:acl|pathGlobs): The list has more than 8192 characters/);
  });
});

describe('a token in the path', () => {
  test.each<[string, TokenFormat, string]>([
    ['cdn77Path', secureLink({ secret, ...layouts.cdn77Path }), asked],
    ['bunny', bunny({ secret }), asked],
    ['mediaCdn', mediaCdn(google), asked],
    ['cloudflareStream', cloudflareStream(ids), `/${video}/manifest/video.m3u8`],
  ])('%s: is taken off again, genuine or not', async (_, format, path) => {
    const token = await format.sign(new URL(HOST + path), NOW);
    expect(format.bare!(new URL(token.base!)).href).toBe(token.prefix);
    const sent = new URL(requestWith(HOST + path, token).url);
    expect(format.bare!(sent).href).toBe(HOST + path);
    expect(format.bare!(new URL(HOST + path)).href).toBe(HOST + path);
  });

  test('cloudflareStream: claims that are none are left where they are', () => {
    const format = cloudflareStream(ids);
    for (const claims of ['null', '[]', '"x"', '{', '{"sub":5}', '{"sub":"../x"}']) {
      const url = `${HOST}/e30.${Buffer.from(claims).toString('base64url')}.AAAA/x?y`;
      expect(format.bare!(new URL(url)).href, claims).toBe(url);
    }
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

  test('wowza: a token opens the folders below its own, as its prefix says', async () => {
    const format = wowza({ secret });
    const token = await format.sign(new URL(`${HOST}/vod/s.mp4/a.m3u8`), NOW);
    const verdictOf = async (path: string): Promise<boolean> =>
      (await format.verify(requestWith(HOST + path, token), NOW)).ok;
    expect(await verdictOf('/vod/s.mp4/QualityLevels(200)/Fragments(video=0)')).toBe(true);
    expect(await verdictOf('/vod/s.mp42/a.m3u8')).toBe(false);
    expect(await verdictOf('/vod/a.m3u8')).toBe(false);
  });
});
