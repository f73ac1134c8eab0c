import { describe, expect, test, vi } from 'vitest';
import { edgeAuth } from '../../../../packages/server/src/index.ts';
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

  test('a format that says what it opens is not asked for a token before the hook', async () => {
    const sign = vi.fn(format.sign);
    const opens = (url: URL): Scope => ({ kind: 'path', href: url.origin + url.pathname });
    await ask({ urls: [master] }, { format: { ...format, sign, opens }, authorize: () => false });
    expect(sign).not.toHaveBeenCalled();
  });
});
