import { describe, expect, test, vi } from 'vitest';
import { bunny, edgeAuth, secureLink, secureToken, wowza } from '../../../../packages/server/src/index.ts';
import type { Scope, SigningEndpointOptions } from '../../../../packages/server/src/index.ts';
import { folderFormats } from '../../../support/folder-formats.ts';
import { HOST, ask, format, making, master, statusOf } from '../../../support/signing-endpoint.ts';

describe('what a token opens lies within `allow`', () => {
  test.each(folderFormats)('$name: the folder of /vod is /, and is not signed', async ({ format: folder }) => {
    const authorize = vi.fn(() => true);
    for (const url of [`${HOST}/vod`, `${HOST}/%76od`]) {
      expect(await statusOf(url, { format: folder, authorize })).toBe(403);
    }
    expect(authorize).not.toHaveBeenCalled();
    expect(await statusOf(`${HOST}/vod/film.mp4`, { format: folder })).toBe(200);
    expect(await statusOf(`${HOST}/vod/film.mp4`, { format: folder, allow: `${HOST}/vod/film.mp4` })).toBe(403);
  });

  test('a folder above the allowed one is not signed, however it comes about', async () => {
    const [key, url] = ['00ff', `${HOST}/vod/7/master.m3u8`];
    for (const wide of [
      { depth: 0 },
      { acl: '/*' },
      { acl: ['/vod/*', '/live/*'] },
      { acl: '/v*' },
      { acl: '*' },
      { acl: '/???/*' },
    ]) {
      expect(await statusOf(url, { format: edgeAuth({ key, ...wide }) }), JSON.stringify(wide)).toBe(403);
      expect(await statusOf(url, { format: edgeAuth({ key, ...wide }), allow: `${HOST}/` }), JSON.stringify(wide)).toBe(
        200,
      );
    }
    for (const fitting of [
      { depth: 1 },
      { depth: 2 },
      { acl: '/vod/*' },
      { acl: ['/vod/7/*', '/vod/8/*'] },
      { acl: '/vod/*.m3u8' },
    ]) {
      expect(await statusOf(url, { format: edgeAuth({ key, ...fitting }) }), JSON.stringify(fitting)).toBe(200);
    }
  });
});

describe('a token that opens several folders', () => {
  const two = edgeAuth({ key: '00ff', acl: ['/vod/*', '/live/*'] });

  test('is granted where each of them is allowed', async () => {
    expect(await statusOf(master, { format: two, allow: [`${HOST}/vod/`, `${HOST}/live/`] })).toBe(200);
    expect(await statusOf(master, { format: two, allow: [`${HOST}/vod/`, `${HOST}/live/7/`] })).toBe(403);
  });

  test('is not granted where any of them is denied, and is where something else is', async () => {
    const denying = (denied: string): Partial<SigningEndpointOptions> => ({
      format: two,
      allow: `${HOST}/`,
      authorize: () => ({ denied: [denied] }),
    });
    expect(await statusOf(master, denying(`${HOST}/live/7/a.ts`))).toBe(403);
    expect(await statusOf(master, denying(`${HOST}/films/`))).toBe(200);
  });

  test('is not granted for any of the URLs of a call, which all have it', async () => {
    const urls = ['/vod/1.ts', '/vod/2.ts', '/live/3.ts'].map((path) => HOST + path);
    const authorize = (): { denied: string[] } => ({ denied: [`${HOST}/live/7/`] });
    const { status, body } = await ask({ urls }, { format: two, allow: `${HOST}/`, authorize });
    expect([status, body.tokens]).toEqual([403, undefined]);
  });

  test('is shown as the folder that holds them, with its parts', async () => {
    const parts = ['/vod/', '/live/'].map((path) => ({ kind: 'folder', href: HOST + path }));
    const authorize = vi.fn(() => true);
    await ask({ urls: [master] }, { format: two, allow: `${HOST}/`, authorize });
    expect(authorize).toHaveBeenCalledExactlyOnceWith(
      expect.any(Request),
      [master],
      [{ kind: 'folder', href: `${HOST}/`, parts }],
    );
  });
});

describe('a token that opens several folders, one of which is named like a file', () => {
  const format = edgeAuth({ key: '00ff', acl: ['/vod/film.ism/hd/*', '/vod/free/*', '/vod/a;x/*'] });
  const url = `${HOST}/vod/free/a.ts`;

  test('is shown once more as the files that servers make of its parts', async () => {
    const authorize = vi.fn<SigningEndpointOptions['authorize']>(() => false);
    await ask({ urls: [url] }, { format, authorize });
    const [, urls, scopes] = authorize.mock.calls[0]!;
    expect(new Set(urls)).toEqual(new Set([url]));
    const files = scopes.flatMap(({ parts = [] }) => parts.filter(({ kind }) => kind === 'path'));
    expect(files).toEqual(
      expect.arrayContaining(['/vod/film.ism', '/vod/a'].map((path) => ({ kind: 'path', href: HOST + path }))),
    );
  });

  test.each(['/vod/film.ism', '/vod/a/', '/vod/free/b.ts'])('is denied by a hook that finds %s', async (path) => {
    const isBad = (scope: Scope): boolean => (scope.parts ?? [scope]).some(({ href }) => href.startsWith(HOST + path));
    const authorize: SigningEndpointOptions['authorize'] = (_request, urls, scopes) => ({
      denied: urls.filter((_, i) => isBad(scopes[i]!)),
    });
    expect(await statusOf(url, { format, authorize })).toBe(path === '/vod/free/b.ts' ? 200 : 403);
  });
});

test('a scope that could be served as thousands of paths is not signed, and the hook is not asked', async () => {
  const authorize = vi.fn(() => true);
  const parts = Array.from({ length: 3000 }, (_, i): Scope => ({ kind: 'folder', href: `${HOST}/vod/${i}/` }));
  const wide = { ...format, opens: (): Scope => ({ kind: 'folder', href: `${HOST}/vod/`, parts }) };
  expect(await statusOf(master, { format: wide, authorize })).toBe(403);
  expect(authorize).not.toHaveBeenCalled();
});

describe('the hook is shown what a token opens', () => {
  const shownFor = async (
    options: Partial<SigningEndpointOptions>,
    ...urls: string[]
  ): Promise<[readonly string[], readonly Scope[]]> => {
    const shown: [readonly string[], readonly Scope[]][] = [];
    await ask({ urls }, { authorize: (_, ...each) => shown.push(each) > 0, ...options });
    return shown[0]!;
  };

  test('one path with any query, a folder, one URL', async () => {
    expect(await shownFor({}, `${master}?a=1`)).toEqual([[`${master}?a=1`], [{ kind: 'path', href: master }]]);
    const folders = await shownFor({ format: edgeAuth({ key: '00ff' }) }, `${HOST}/%76od/7/a.ts`, `${HOST}/vod/7/b.ts`);
    expect(folders).toEqual([
      [`${HOST}/vod/7/a.ts`, `${HOST}/vod/7/b.ts`],
      [1, 2].map(() => ({ kind: 'folder', href: `${HOST}/vod/7/` })),
    ]);
    const exact = making({ url: `${master}?a=1` });
    expect(await shownFor({ format: exact }, `${master}?a=1`)).toEqual([
      [`${master}?a=1`],
      [{ kind: 'url', href: `${master}?a=1` }],
    ]);
  });

  test('a path that some origin reads otherwise is shown in its other readings too, and so is its scope', async () => {
    const url = `${HOST}/vod/premium;x/film.mp4`;
    expect(await shownFor({}, url, master)).toEqual([
      [url, master, `${HOST}/vod/premium/film.mp4`, `${HOST}/vod/premium`],
      [url, master, `${HOST}/vod/premium/film.mp4`, `${HOST}/vod/premium`].map((href) => ({ kind: 'path', href })),
    ]);
  });

  test.each([
    ['/vod/film.mp4/x', '/vod/film.mp4'],
    ['/vod/film.mp4;/x/y.ts', '/vod/film.mp4'],
    ['/vod/film%3Fx/y.ts', '/vod/film'],
    ['/vod/my%20film.mp4', '/vod/my+film.mp4'],
    ['/vod/%2570remium/7', '/vod/premium/7'],
  ])('%s may be %s, and the hook sees it', async (path, served) => {
    const [urls, scopes] = await shownFor({}, HOST + path);
    expect(urls).toContain(HOST + served);
    expect(scopes[urls.indexOf(HOST + served)]).toEqual({ kind: 'path', href: HOST + served });
  });

  test('of a folder that is named like a file, the scope up to there is that file', async () => {
    const [urls, scopes] = await shownFor({ format: edgeAuth({ key: '00ff' }) }, `${HOST}/vod/film.ism/sd/a.m3u8`);
    expect(urls).toEqual([`${HOST}/vod/film.ism/sd/a.m3u8`, `${HOST}/vod/film.ism`]);
    expect(scopes).toEqual([
      { kind: 'folder', href: `${HOST}/vod/film.ism/sd/` },
      { kind: 'path', href: `${HOST}/vod/film.ism` },
    ]);
  });

  test.each(folderFormats)('$name: the folder as one origin or another reads it', async ({ format: folder }) => {
    for (const [path, read] of [
      ['/vod/premium;x/film.m3u8', '/vod/premium/'],
      ['/vod/premium./film.m3u8', '/vod/premium/'],
      ['/vod/;/premium/film.m3u8', '/vod/premium/'],
      ['/vod/my+show/film.m3u8', '/vod/my%20show/'],
    ] as const) {
      const [urls, scopes] = await shownFor({ format: folder }, HOST + path);
      expect(scopes[0]?.href).toBe(`${HOST}${path.slice(0, path.lastIndexOf('/') + 1)}`);
      const at = scopes.findIndex(({ href }) => href === HOST + read);
      expect([scopes[at]?.kind, urls[at]]).toEqual(['folder', `${HOST}${read}film.m3u8`]);
      expect(urls).toHaveLength(scopes.length);
    }
  });

  test("the scope of a team's own format, with parts, is shown in its readings where the URL has none", async () => {
    const scope = (name: string): Scope => ({
      kind: 'folder',
      href: `${HOST}/vod/${name}/`,
      parts: [
        { kind: 'url', href: `${HOST}/vod/${name}/a.ts?q=b+c` },
        { kind: 'path', href: `${HOST}/vod/${name}/b+c.ts` },
        { kind: 'folder', href: `${HOST}/vod/${name}/` },
      ],
    });
    const [urls, scopes] = await shownFor({ format: { ...format, opens: () => scope('premium;x') } }, master);
    expect(new Set(urls)).toEqual(new Set([master]));
    expect(scopes[0]).toEqual(scope('premium;x'));
    expect(scopes).toContainEqual(scope('premium'));
    expect(scopes.map(({ parts }) => parts?.map(({ href }) => href))).toContainEqual([
      `${HOST}/vod/premium/a.ts?q=b+c`,
      `${HOST}/vod/premium/b%20c.ts`,
      `${HOST}/vod/premium/`,
    ]);
  });

  test.each([
    ['edgeAuth', edgeAuth({ key: '00ff' })],
    ['bunny', bunny({ secret: 's' })],
    ['wowza', wowza({ secret: 's' })],
    ['secureLink', secureLink({ secret: 's', hash: '{secret}{directory}{expires}', base: '/s/{token}/{expires}' })],
    ['secureToken', secureToken({ secret: 's' })],
  ])('%s: what a hook denies by a scope of any reading is denied', async (_, each) => {
    const authorize: SigningEndpointOptions['authorize'] = (_request, _urls, scopes) => ({
      denied: scopes.map(({ href }) => href).filter((href) => /\/(?:premium|my%20show)\//.test(href)),
    });
    for (const name of ['premium', 'premium;x', 'premium.', '%70remium%20', 'my%20show', 'my+show', 'my%2Bshow;x']) {
      expect(await statusOf(`${HOST}/vod/${name}/film.m3u8`, { format: each, authorize }), name).toBe(403);
    }
    expect(await statusOf(`${HOST}/vod/free;x/film.m3u8`, { format: each, authorize })).toBe(200);
  });

  test('a hook that compares text is not fooled by what another server reads as the same', async () => {
    const authorize = (_: Request, urls: readonly string[]): { denied: string[] } => ({
      denied: urls.filter((url) => url.includes('/premium/') || url.endsWith('.key')),
    });
    for (const path of [
      '/vod/premium/a',
      '/vod/premium;x/a',
      '/vod/premium%3Bx/a',
      '/vod/;/premium/a',
      '/vod/premium./a',
      '/vod/%70remium%20/a',
      '/vod/a.key/',
      '/vod/a.key;b',
    ]) {
      expect(await statusOf(HOST + path, { authorize }), path).toBe(403);
    }
    expect(await statusOf(`${HOST}/vod/free;x/a`, { authorize })).toBe(200);
  });

  test('a format that says what it opens is not asked for a token before the hook', async () => {
    const sign = vi.fn(format.sign);
    const opens = (url: URL): Scope => ({ kind: 'path', href: url.origin + url.pathname });
    await ask({ urls: [master] }, { format: { ...format, sign, opens }, authorize: () => false });
    expect(sign).not.toHaveBeenCalled();
  });
});
