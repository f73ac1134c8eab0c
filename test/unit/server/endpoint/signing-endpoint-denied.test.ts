import { describe, expect, test } from 'vitest';
import { edgeAuth } from '../../../../packages/server/src/index.ts';
import type { TokenFormat } from '../../../../packages/server/src/index.ts';
import { ask, HOST, making, master, statusOf } from '../../../support/signing-endpoint.ts';

/** Tokens that open a folder, and tokens that open exactly one URL. */
const folder = edgeAuth({ key: '00ff', depth: 1 });
const exact: TokenFormat = making({}, { sign: ({ href }, expires) => ({ url: href, expires, query: { t: '1' } }) });

/** The status of a call for `path` if a hook denies `denied`. */
const denying = (denied: string, path: string, format?: TokenFormat): Promise<number> =>
  statusOf(HOST + path, { allow: HOST, authorize: () => ({ denied: [denied] }), ...(format && { format }) });

describe('a token of a folder is not granted if', () => {
  test.each([
    ['a file in it is denied', `${HOST}/vod/premium/film.mp4`],
    ['a folder in it', `${HOST}/vod/premium/`],
    ['the folder itself', `${HOST}/vod/`],
    ['the folder above', `${HOST}/`],
    ['the same in another spelling', `${HOST}/%76od/premium`],
    ['the same with another scheme and port', 'http://cdn.example.com.:8080/vod/premium/'],
  ])('%s', async (_, denied) => expect(await denying(denied, '/vod/7/a.ts', folder)).toBe(403));

  test.each(['https://other.example/vod/', `${HOST}/vodka/`, `${HOST}/live/`])(
    'but %s is no part of it',
    async (denied) => expect(await denying(denied, '/vod/7/a.ts', folder)).toBe(200),
  );
});

describe('a denied query', () => {
  const path = '/vod/7/master.m3u8';

  test('denies the token of its path, which opens every query', async () =>
    expect(await denying(`${master}?quality=hd`, path)).toBe(403));

  test.each([
    ['?quality=hd', '?%71uality=h%64'],
    ['?quality=hd', '?quality=hd&quality=hd'],
    ['?a=my+film', '?a=my%20film'],
    ['?f=/x/y.mp4', '?f=%2Fx%2fy.mp4'],
    ['?a=1&b=2', '?b=2&a=1'],
    ['?*', '?q=4k60'],
  ])('%s denies %s too, which is the same to servers', async (denied, query) =>
    expect(await denying(master + denied, path + query, exact)).toBe(403),
  );

  test('denies no other query, if a token opens one', async () =>
    expect(await denying(`${master}?quality=hd`, path, exact)).toBe(200));
});

test.each([
  ['with a path info, as lighttpd reads it', '/vod/film.mp4/x'],
  ['with parameters that hold a slash, as Fastify 4 reads it', '/vod/film.mp4;/x'],
  ['with a query, once what is decoded stands in a request', '/vod/film.mp4%3Fx'],
])('a denied file is denied %s', async (_, path) => expect(await denying(`${HOST}/vod/film.mp4`, path)).toBe(403));

test.each(['/vod/premium/*', '/vod/premium/**', '/vod/*/film.mp4', '/vod/premium/.*', '/vod/premium/film.mp4?*'])(
  'a wildcard denies all that it may stand for: %s',
  async (denied) => {
    const urls = [HOST + denied.replace('?', '%3F'), `${HOST}/vod/premium/film.mp4?q=1`, `${HOST}/live/a`];
    const { body } = await ask({ urls }, { authorize: () => ({ denied: [HOST + denied] }), allow: HOST });
    expect(body.denied).toEqual(urls.slice(0, 2));
    expect(body.tokens.map(({ url }) => url)).toEqual(urls.slice(2));
  },
);

test('a name with a * that a viewer has asked for may be denied, by its URL or its scope', async () => {
  const url = `${HOST}/vod/a*b.mp4`;
  expect(await statusOf(url, { authorize: (_request, urls) => ({ denied: urls }) })).toBe(403);
  const authorize = (...[, , scopes]: [unknown, unknown, readonly { href: string }[]]) => ({
    denied: scopes.map(({ href }) => href),
  });
  expect(await statusOf(url, { authorize })).toBe(403);
});
