import { describe, expect, test, vi } from 'vitest';
import { edgeAuth } from '../../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../../packages/server/src/index.ts';
import { ask, HOST, making, master, statusOf } from '../../../support/signing-endpoint.ts';

describe('a token that reaches into what was denied is not granted', () => {
  const folder = edgeAuth({ key: '00ff', depth: 1 });

  test.each([
    ['a file', `${HOST}/vod/premium/film.mp4`],
    ['a file with a query', `${HOST}/vod/film.mp4?a=1`],
    ['a folder', `${HOST}/vod/premium/`],
    ['the folder itself', `${HOST}/vod/`],
    ['the folder above', `${HOST}/`],
    ['another spelling', `${HOST}/%76od/premium`],
    ['another scheme and port', 'http://cdn.example.com.:8080/vod/premium/'],
  ])('of the folder: %s', async (_, denied) => {
    expect(await statusOf(`${HOST}/vod/7/a.ts`, { format: folder, authorize: () => ({ denied: [denied] }) })).toBe(403);
  });

  test.each(['https://other.example/vod/', `${HOST}/vodka/`, `${HOST}/live/`])(
    'of the folder: but %s is no part of it',
    async (denied) => {
      expect(await statusOf(`${HOST}/vod/7/a.ts`, { format: folder, authorize: () => ({ denied: [denied] }) })).toBe(
        200,
      );
    },
  );

  test('of a path: one of its queries is denied, so the path is, for its token opens them all', async () => {
    const denied = { denied: [`${master}?quality=hd`] };
    expect(await statusOf(master, { authorize: () => denied })).toBe(403);
    const exact: TokenFormat = making({}, { sign: ({ href }, expires) => ({ url: href, expires, query: { t: '1' } }) });
    expect(await statusOf(master, { authorize: () => denied, format: exact })).toBe(200);
    for (const query of [
      '?quality=hd',
      '?%71uality=h%64',
      '?&quality=hd&',
      '?quality=hd#x',
      '?quality=hd&quality=hd',
      '?quality=hd;',
    ]) {
      expect(await statusOf(master + query, { authorize: () => denied, format: exact }), query).toBe(403);
    }
  });

  test.each([
    ['?a=my+film', '?a=my%20film'],
    ['?f=/x/y.mp4', '?f=%2Fx%2fy.mp4'],
    ['?q', '?q='],
    ['?q=', '?q'],
    ['?a=1&b=2', '?b=2&a=1'],
    ['?t=caf%E9%20noir', '?t=caf%E9+noir'],
  ])('of a query %s: %s is the same to servers', async (denied, query) => {
    const exact: TokenFormat = making({}, { sign: ({ href }, expires) => ({ url: href, expires, query: { t: '1' } }) });
    expect(await statusOf(master + query, { authorize: () => ({ denied: [master + denied] }), format: exact })).toBe(
      403,
    );
  });

  test.each([`${HOST}/vod/premium`, `${HOST}/vod/premium/`])(
    '%s denies what it is and what is below',
    async (denied) => {
      for (const path of ['/vod/premium', '/vod/premium/', '/vod/premium/a', '/vod/premium;x/a', '/vod/premium;/a/b']) {
        expect(await statusOf(HOST + path, { authorize: () => ({ denied: [denied] }) }), path).toBe(403);
      }
      expect(await statusOf(`${HOST}/vod/premiums/a`, { authorize: () => ({ denied: [denied] }) })).toBe(200);
    },
  );

  test.each([
    ['with a path info, as lighttpd reads it', '/vod/film.mp4/x'],
    ['with parameters that hold a slash, as Fastify 4 reads it', '/vod/film.mp4;/x'],
    ['with a query, once what is decoded stands in a request', '/vod/film.mp4%3Fx'],
    ['decoded twice', '/vod/fil%256D.mp4'],
    ['with parameters in front of a query', '/vod;x/film.mp4%3Fx'],
    ['with a dot in front of a query', '/vod/film.mp4.%3Fx'],
    ['decoded twice, with a query', '/vod/fi%256Cm.mp4%3Fx'],
    ['of a session of ASP.NET', '/(S(x))/vod/film.mp4'],
  ])('a denied file is denied %s', async (_, path) => {
    expect(await statusOf(HOST + path, { allow: HOST, authorize: () => ({ denied: [`${HOST}/vod/film.mp4`] }) })).toBe(
      403,
    );
  });

  test.each(['/vod/premium/*', '/vod/premium/**', '/vod/*/film.mp4', '/vod/premium/.*', '/vod/premium/film.mp4?*'])(
    'a wildcard denies all that it may stand for: %s',
    async (denied) => {
      const authorize = (): { denied: string[] } => ({ denied: [HOST + denied] });
      expect(await statusOf(`${HOST}/vod/premium/film.mp4?q=1`, { authorize })).toBe(403);
      // whatever else a viewer asks for
      const urls = [HOST + denied.replace('?', '%3F'), `${HOST}/vod/premium/film.mp4`, `${HOST}/live/a`];
      const { body } = await ask({ urls }, { authorize, allow: HOST });
      expect(body.denied).toEqual(urls.slice(0, 2));
      expect(body.tokens.map(({ url }) => url)).toEqual(urls.slice(2));
    },
  );

  test('a wildcard in a query denies every query, where a token opens one', async () => {
    const exact: TokenFormat = making({}, { sign: ({ href }, expires) => ({ url: href, expires, query: { t: '1' } }) });
    for (const denied of ['?*', '?q=4k*']) {
      const authorize = (): { denied: string[] } => ({ denied: [master + denied] });
      expect(await statusOf(`${master}?q=4k60`, { authorize, format: exact }), denied).toBe(403);
    }
  });

  test('a name with a * that a viewer has asked for may be denied', async () => {
    const url = `${HOST}/vod/a*b.mp4`;
    expect(await statusOf(url, { authorize: (_request, urls) => ({ denied: urls }) })).toBe(403);
    expect(
      await statusOf(url, { authorize: (_request, _urls, scopes) => ({ denied: scopes.map(({ href }) => href) }) }),
    ).toBe(403);
  });

  test('of a folder that is named like a file, what is denied beside a URL is not what is asked for', async () => {
    const authorize = (): { denied: string[] } => ({ denied: [`${HOST}/vod/show.s01/premium/`] });
    const format = edgeAuth({ key: '00ff' });
    expect(await statusOf(`${HOST}/vod/show.s01/free/a.m3u8`, { format, authorize })).toBe(200);
    expect(await statusOf(`${HOST}/vod/show.s01/premium/a.m3u8`, { format, authorize })).toBe(403);
    expect(await statusOf(`${HOST}/vod/show.s01/a.m3u8`, { format, authorize })).toBe(403);
  });

  test('a denied folder denies everything below it, in any spelling', async () => {
    const authorize = (): { denied: string[] } => ({ denied: [`${HOST}/vod/premium/`] });
    for (const path of [
      '/vod/premium/a',
      '/vod/premium',
      '/vod/%70remium/a/b?c',
      '/vod/premium;x/a',
      '/vod/x/../premium/a',
    ]) {
      expect(await statusOf(HOST + path, { authorize }), path).toBe(403);
    }
    expect(await statusOf(`${HOST}/vod/premiums/a`, { authorize })).toBe(200);
  });

  test.each<unknown>([
    'no URL',
    '/vod/premium/',
    'cdn.example.com/vod/',
    `${HOST}//x`,
    `${HOST}/vod/%zz`,
    null,
    7,
    { href: master },
  ])('an entry that cannot be judged lets nobody in, and the log hears of it: %j', async (entry) => {
    const onError = vi.fn();
    expect(await statusOf(master, { authorize: () => ({ denied: [entry as string] }), onError })).toBe(503);
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ code: 'ERR_OPTIONS', message: expect.stringMatching(/^denied from authorize: /) }),
    );
  });

  test('denied entries that are no list let nobody in', async () => {
    for (const denied of [master, new Set([master]), null, {}, undefined, Array(1)]) {
      expect(await statusOf(master, { authorize: () => ({ denied: denied as never }) }), JSON.stringify(denied)).toBe(
        503,
      );
    }
  });
});
